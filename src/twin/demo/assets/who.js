import { el } from './dom.js';

/** The head of the agent's workspace: a sign, a name, and what is known of the consumer. */
export function who(sign, name, kind, ...lines) {
  return [
    el('span', { class: `avatar ${kind}`, 'aria-hidden': 'true' }, sign),
    el('div', { class: 'who-text' }, el('h2', { dir: 'auto' }, name), ...lines),
  ];
}

export function initials(name) {
  return name
    .split(/\s+/)
    .map((part) => part[0])
    .slice(0, 2)
    .join('')
    .toUpperCase();
}

/** Leaves alone what has not changed, so that opened details and scroll positions survive. */
export function createUpdate() {
  let shown = {};
  return (name, part, render) => {
    const text = JSON.stringify(part);
    if (shown[name] !== text) render();
    shown = { ...shown, [name]: text };
  };
}
