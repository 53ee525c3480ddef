import { renderLayout } from './layout.ts';
import type { SignedOutModel } from './models.ts';
import { createTemplate } from './template.ts';

/** Where a sign-out ends when no client asked to have the consumer back. */
const render = createTemplate<SignedOutModel>(`<h1>You are signed out</h1>
<p class="lead">Your <bdi><%= it.brandName %></bdi> session has ended on this device. You can close this window.</p>
<p class="small">On a shared device, close the browser as well.</p>`);

export function renderSignedOut(model: SignedOutModel): string {
  return renderLayout({ ...model, title: 'Signed out', body: render(model) });
}
