import { renderLayout } from './layout.ts';
import type { LogoutModel } from './models.ts';
import { createTemplate } from './template.ts';

/** Asks before a session ends (OpenID Connect RP-Initiated Logout section 2). */
const render = createTemplate<LogoutModel>(`<h1>Sign out?</h1>
<p class="lead">You are signed in to <strong><bdi><%= it.brandName %></bdi></strong><% if (it.clientName) { %>. <strong><bdi><%= it.clientName %></bdi></strong> asks to sign you out<% } %>.</p>
<form method="post" action="<%= it.action %>">
<input type="hidden" name="xsrf" value="<%= it.xsrf %>">
<div class="actions">
<button type="submit" name="logout" value="yes">Yes, sign me out</button>
<button class="plain" type="submit">No, stay signed in</button>
</div>
</form>`);

export function renderLogout(model: LogoutModel): string {
  return renderLayout({ ...model, title: 'Sign out?', body: render(model) });
}
