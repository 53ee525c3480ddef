import { renderLayout } from './layout.ts';
import type { WaysModel } from './models.ts';
import { createTemplate } from './template.ts';

/** How to sign in: shown when the way that was taken did not lead to the end. */
const render = createTemplate<WaysModel>(`<h1>Sign in</h1>
<p class="lead">to continue to <strong><bdi><%= it.clientName %></bdi></strong></p>
<% if (it.notice) { %><p class="notice" role="status"><%= it.notice %></p>
<% } %><nav class="choices" aria-label="Ways to sign in"><% for (const [index, way] of it.ways.entries()) { %><a class="button<%= index ? ' plain' : '' %>" href="<%= way.href %>"><%= way.title %></a><% } %></nav>
<form class="aside" method="post" action="<%= it.cancel.action %>">
<input type="hidden" name="csrf" value="<%= it.csrf %>">
<button class="plain" type="submit" name="cancel" value="yes">Cancel</button>
</form>`);

export function renderWays(model: WaysModel): string {
  return renderLayout({ ...model, title: 'Sign in', body: render(model) });
}
