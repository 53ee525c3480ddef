import { renderLayout } from './layout.ts';
import type { ErrorModel } from './models.ts';
import { createTemplate } from './template.ts';

/** One calm sentence for the consumer; the protocol's words stand apart, for whoever built the client. */
const render = createTemplate<ErrorModel & { title: string }>(`<h1><%= it.title %></h1>
<p class="lead"><%= it.sentence %></p>
<% if (it.retry) { %><p class="actions"><a class="button" href="<%= it.retry %>">Try again</a></p>
<% } %><p class="small">If you ask for help, please mention the reference <code><%= it.supportId %></code>.</p>
<% if (it.integrator) { %><section class="developer small">
<h2>Details for the developer</h2>
<p><code><%= it.integrator.error %></code><% if (it.integrator.description) { %><br><bdi><%= it.integrator.description %></bdi><% } %></p>
</section><% } %>`);

export function renderError({ title = 'That did not work', ...model }: ErrorModel): string {
  const body = render({ ...model, title });
  return renderLayout({ title, brandName: model.brandName ?? 'Sign-in service', body });
}
