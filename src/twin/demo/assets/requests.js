import { readRequests } from './api.js';
import { el } from './dom.js';

/** What Parley noted of the connector's client, newest first: the same that `parley requests` prints. */
export function watchRequests(box, list) {
  async function refresh() {
    if (!box.open || document.visibilityState !== 'visible') return;
    const { requests } = await readRequests();
    list.replaceChildren(...requests.toReversed().map(requestView));
    if (requests.length === 0) list.append(el('p', { class: 'nothing' }, 'None in the last 24 hours.'));
  }
  const tryToRefresh = () => void refresh().catch(() => undefined);
  box.addEventListener('toggle', tryToRefresh);
  setInterval(tryToRefresh, 2000);
}

function requestView({ at, endpoint, outcome, error, parameter, description, supportId }) {
  const reason = [error, parameter && `(${parameter})`, description].filter(Boolean).join(' ');
  return el(
    'article',
    { class: 'exchange' },
    el('h4', {}, `${endpoint} · ${outcome}`, el('span', { class: 'via' }, new Date(at).toLocaleTimeString())),
    el('p', outcome === 'refused' || outcome === 'failed' ? { class: 'failure' } : {}, reason),
    el('p', { class: 'nothing' }, `Reference ${supportId}`),
  );
}
