import { renderLayout } from './layout.ts';
import type { OnwardModel } from './models.ts';
import { createTemplate } from './template.ts';

/** On the way back from a login elsewhere; the browser goes on by itself (the answer's `Refresh` header). */
const render = createTemplate<OnwardModel>(`<h1>One moment</h1>
<p class="lead">You are being signed in to <strong><bdi><%= it.brandName %></bdi></strong>.</p>
<p><a href="<%= it.href %>">Continue</a></p>`);

export function renderOnward(model: OnwardModel): string {
  return renderLayout({ ...model, title: 'One moment', body: render(model) });
}
