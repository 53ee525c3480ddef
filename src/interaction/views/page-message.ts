import { createHash } from 'node:crypto';
import { renderLayout } from './layout.ts';
import type { PageMessageModel } from './models.ts';
import { createTemplate } from './template.ts';

/**
 * The last page of a sign-in popup: hands the answer to the window that opened it, at exactly one origin, and
 * closes. It is the only page of ours with a script; without scripts it says what to do.
 */
const script = `
(() => {
  const { message, origin } = document.getElementById('answer').dataset;
  if (window.opener) window.opener.postMessage({ type: 'parley', answer: JSON.parse(message) }, origin);
  if (window.opener) window.close();
})();
`;

/** For the page's Content-Security-Policy. */
export const pageMessageScriptHash = `sha256-${createHash('sha256').update(script).digest('base64')}`;

const render = createTemplate<PageMessageModel & { json: string; script: string }>(
  `<div id="answer" data-message="<%= it.json %>" data-origin="<%= it.origin %>">
<h1>You can close this window</h1>
<p class="lead">Go back to the page that you came from.</p>
</div>
<script><%~ it.script %></script>`,
);

export function renderPageMessage(model: PageMessageModel): string {
  const body = render({ ...model, json: JSON.stringify(model.message), script });
  return renderLayout({ ...model, title: 'Done', body });
}
