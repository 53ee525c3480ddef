/** Makes elements. Text stays text: nothing here ever reads HTML. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, '');
    else if (value !== false && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== ''));
  return node;
}

/** Listens with a handler that may be asynchronous. */
export function on(node, event, handler) {
  node.addEventListener(event, (happened) => void handler(happened));
}

/** Until somebody listens, what is typed into a form would be lost. */
export function enable(form, isEnabled = true) {
  for (const field of form.elements) field.disabled = !isEnabled;
}

/** A padlock: this was verified by a signature. */
export function lock() {
  const ns = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(ns, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', 'lock');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', 'verified');
  const path = document.createElementNS(ns, 'path');
  path.setAttribute(
    'd',
    'M8 1a3.5 3.5 0 0 0-3.5 3.5V6H4a1.5 1.5 0 0 0-1.5 1.5v6A1.5 1.5 0 0 0 4 15h8a1.5 1.5 0 0 0 1.5-1.5v-6A1.5 1.5 0 0 0 12 6h-.5V4.5A3.5 3.5 0 0 0 8 1Zm2 5H6V4.5a2 2 0 1 1 4 0V6Z',
  );
  svg.append(path);
  return svg;
}

/** Keeps a list of messages in step with the page; the newest one stays in sight. */
export function renderMessages(thread, messages, nameOf) {
  if (thread.childElementCount > messages.length) thread.replaceChildren();
  for (const { from, text, at } of messages.slice(thread.childElementCount)) {
    const time = new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
    thread.append(
      el(
        'div',
        { class: `message from-${from}` },
        el('p', { class: 'by' }, `${nameOf(from)} · ${time}`),
        el('p', { class: 'text', dir: 'auto' }, text),
      ),
    );
    thread.scrollTop = thread.scrollHeight;
  }
}
