import { el } from './dom.js';
import { jsonView } from './json-view.js';

/** The HTTP messages between LivePerson's side and Parley, oldest first, secrets masked. */
export function renderWire(list, count, exchanges) {
  count.textContent = exchanges.length === 0 ? '' : String(exchanges.length);
  list.replaceChildren(...exchanges.map(exchangeView));
  if (exchanges.length === 0) {
    list.append(el('p', { class: 'nothing' }, 'None. An anonymous chat does not involve Parley.'));
  }
}

function exchangeView({ via, title, request, response, failure }) {
  const through = via === 'browser' ? 'through the browser' : 'server to server';
  return el(
    'article',
    { class: 'exchange' },
    el('h4', {}, title, el('span', { class: `via ${via}` }, through)),
    message('→', request),
    response ? message('←', response) : el('p', { class: 'failure' }, failure ?? 'No answer.'),
  );
}

function message(arrow, { line, headers, body }) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const head = el(
    'pre',
    { class: 'head', tabindex: '0' },
    el('strong', {}, `${arrow} ${line}`),
    ...lines.map((text) => `\n  ${text}`),
  );
  return el('div', {}, head, body === undefined ? '' : jsonView('Body', body));
}
