import { findWebLink } from './find-web-link.ts';
import { renderLayout } from './layout.ts';
import type { SessionLostModel } from './models.ts';
import { createTemplate } from './template.ts';

/** For a consumer whose interaction has expired, was finished elsewhere, or whose cookie did not come along. */
const render = createTemplate<{ link: string | undefined }>(`<h1>Please start again</h1>
<p class="lead">Your sign-in has expired or was finished in another window. Nothing is lost: your account has not changed.</p>
<% if (it.link) { %><a class="button" href="<%= it.link %>">Start again</a><% } else { %><p>Go back to the page you came from and try once more.</p><% } %>`);

export function renderSessionLost(model: SessionLostModel): string {
  const body = render({ link: findWebLink(model.restart) });
  return renderLayout({ ...model, title: 'Please start again', body });
}
