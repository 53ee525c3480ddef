import { renderLayout } from './layout.ts';
import type { SecondFactorModel } from './models.ts';
import { createTemplate } from './template.ts';

/** The code of the consumer's authenticator app, after the right password. */
const render = createTemplate<SecondFactorModel>(`<h1>Enter your code</h1>
<p class="lead">Open your authenticator app and type the six digits that it shows for <strong><bdi><%= it.brandName %></bdi></strong>, to continue to <strong><bdi><%= it.clientName %></bdi></strong>.</p>
<% if (it.error) { %><p class="alarm" role="alert" id="problem"><%= it.error %></p>
<% } %><form method="post" action="<%= it.action %>">
<input type="hidden" name="csrf" value="<%= it.csrf %>">
<div class="field"><label for="code">Code</label>
<input class="code" id="code" name="code" type="text" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9 \\-]*" dir="ltr" required maxlength="16"<% if (it.error) { %> aria-describedby="problem" aria-invalid="true"<% } %> autofocus></div>
<div class="actions"><button type="submit">Continue</button></div>
</form>
<form class="aside" method="post" action="<%= it.cancel.action %>">
<input type="hidden" name="csrf" value="<%= it.csrf %>">
<button class="plain" type="submit" name="cancel" value="yes">Cancel</button>
</form>`);

export function renderSecondFactor(model: SecondFactorModel): string {
  return renderLayout({
    ...model,
    title: model.error ? 'Enter your code: please check' : 'Enter your code',
    body: render(model),
  });
}
