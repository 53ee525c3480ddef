import { renderLayout } from './layout.ts';
import type { SessionLostModel } from './models.ts';

/** For a consumer whose interaction has expired, was finished elsewhere, or whose cookie did not come along. */
const body = `<h1>Please start again</h1>
<p class="lead">Your sign-in has expired or was finished in another window. Nothing is lost: your account has not changed.</p>
<p>Go back to the page you came from and try once more.</p>`;

export function renderSessionLost(model: SessionLostModel): string {
  return renderLayout({ ...model, title: 'Please start again', body });
}
