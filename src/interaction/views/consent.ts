import { renderLayout } from './layout.ts';
import type { ConsentModel } from './models.ts';
import { createTemplate } from './template.ts';

/** Asks the consumer whether a client may receive these scopes and claims. */
const render = createTemplate<ConsentModel>(`<h1>Share your details?</h1>
<p class="lead"><strong><bdi><%= it.clientName %></bdi></strong> asks for the following from your <bdi><%= it.brandName %></bdi> account<% if (it.accountName) { %>, <strong><bdi><%= it.accountName %></bdi></strong><% } %>.</p>
<% if (it.scopes.length > 0) { %><ul class="list">
<% for (const scope of it.scopes) { %><li><span class="name"><bdi><%= scope.description || scope.name %></bdi></span><% if (scope.description && scope.description !== scope.name) { %><span class="text"><bdi><%= scope.name %></bdi></span><% } %></li>
<% } %></ul>
<% } %><% if (it.claims.length > 0) { %><h2>Details that it will see</h2>
<ul class="words">
<% for (const claim of it.claims) { %><li><bdi><%= claim %></bdi></li>
<% } %></ul>
<% } %><form method="post" action="<%= it.action %>">
<input type="hidden" name="csrf" value="<%= it.csrf %>">
<div class="actions">
<button type="submit" name="decision" value="allow">Allow</button>
<button class="plain" type="submit" name="decision" value="deny">Do not allow</button>
</div>
</form>`);

export function renderConsent(model: ConsentModel): string {
  return renderLayout({ ...model, title: 'Share your details?', body: render(model) });
}
