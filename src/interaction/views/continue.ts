import { renderLayout } from './layout.ts';
import type { ContinueModel } from './models.ts';
import { createTemplate } from './template.ts';

/** One click before an app gets an answer: another app could have claimed its address (RFC 8252 section 8.6). */
const render =
  createTemplate<ContinueModel>(`<h1>Continue<% if (it.consumerName) { %> as <bdi><%= it.consumerName %></bdi><% } %>?</h1>
<p class="lead">You are signed in with your <bdi><%= it.brandName %></bdi> account. <strong><bdi><%= it.clientName %></bdi></strong> would like to know that it is you.</p>
<form method="post" action="<%= it.action %>">
<input type="hidden" name="csrf" value="<%= it.csrf %>">
<div class="actions">
<button type="submit" name="decision" value="continue">Continue</button>
<button class="plain" type="submit" name="decision" value="other">Use another account</button>
</div>
</form>
<form class="aside" method="post" action="<%= it.cancel.action %>">
<input type="hidden" name="csrf" value="<%= it.csrf %>">
<button class="plain" type="submit" name="cancel" value="yes">Cancel</button>
</form>`);

export function renderContinue(model: ContinueModel): string {
  return renderLayout({ ...model, title: 'Continue?', body: render(model) });
}
