import { el } from './dom.js';

/** JSON with its names and values told apart by colour. */
export function jsonView(title, value) {
  return el(
    'figure',
    { class: 'json' },
    el('figcaption', {}, title),
    el('pre', { tabindex: '0' }, ...colour(JSON.stringify(value, null, 2))),
  );
}

const token = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null|-?\d[\d.eE+-]*)\b/g;

function colour(text) {
  const parts = [];
  let done = 0;
  for (const match of text.matchAll(token)) {
    const [whole, quoted, colon, literal] = match;
    parts.push(text.slice(done, match.index));
    if (literal) parts.push(el('span', { class: 'literal' }, literal));
    else parts.push(el('span', { class: colon ? 'name' : 'string' }, quoted), colon ?? '');
    done = match.index + whole.length;
  }
  return [...parts, text.slice(done)];
}
