import { renderLayout } from './layout.ts';
import type { LoginModel } from './models.ts';
import { createTemplate } from './template.ts';

/** The hosted sign-in page. */
const render = createTemplate<LoginModel>(`<h1>Sign in</h1>
<p class="lead"><% if (it.clientName) { %>to continue to <strong><bdi><%= it.clientName %></bdi></strong><% } else { %>with your <bdi><%= it.brandName %></bdi> account<% } %></p>
<% if (it.error) { %><p class="alarm" role="alert" id="problem"><%= it.error %></p>
<% } %><form method="post" action="<%= it.action %>">
<input type="hidden" name="csrf" value="<%= it.csrf %>">
<div class="field"><label for="login">E-mail or user name</label>
<input id="login" name="login" type="text" autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false" dir="auto" required maxlength="255" value="<%= it.login ?? '' %>"<% if (it.error) { %> aria-describedby="problem" aria-invalid="true"<% } %><% if (!it.login) { %> autofocus<% } %>></div>
<div class="field"><label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="1024"<% if (it.error) { %> aria-describedby="problem" aria-invalid="true"<% } %><% if (it.login) { %> autofocus<% } %>></div>
<div class="actions"><button type="submit">Sign in</button></div>
</form>
<% if (it.others?.length) { %><nav class="others" aria-label="Other ways to sign in"><% for (const other of it.others) { %><a class="button plain" href="<%= other.href %>"><%= other.title %></a><% } %></nav>
<% } %><% if (it.cancel) { %><form class="aside" method="post" action="<%= it.cancel.action %>">
<input type="hidden" name="csrf" value="<%= it.csrf %>">
<button class="plain" type="submit" name="cancel" value="yes" formnovalidate>Cancel</button>
</form><% } %>`);

export function renderLogin(model: LoginModel): string {
  return renderLayout({
    ...model,
    title: model.error ? 'Sign in: please check' : 'Sign in',
    body: render(model),
  });
}
