import { el, lock, renderMessages } from './dom.js';
import { createUpdate, initials, who } from './who.js';

/** The agent's workspace with LiveChat: which customer it is, on how many devices, and what that took. */
const byId = (id) => document.getElementById(id);
const update = createUpdate();
let customerId;

export function renderLiveChatDesk({ customer, devices, messages, calls }) {
  byId('talk-box').hidden = !customer;
  update('who', [customer, devices], () => {
    byId('who').replaceChildren(...(customer ? describe(customer) : nobody()));
    byId('facts').replaceChildren(...(customer ? [tiles(customer, devices), hint()] : []));
  });
  update('talk', [customer?.id, messages], () => {
    if (customerId !== customer?.id) byId('talk').replaceChildren();
    customerId = customer?.id;
    const names = { consumer: firstName(customer), agent: 'You' };
    renderMessages(byId('talk'), messages, (from) => names[from]);
  });
  update('calls', calls, () => renderCalls(calls));
}

function nobody() {
  return who(
    '–',
    'No customer yet',
    'idle',
    el('p', {}, 'Sign in as a consumer to see what reaches the agent.'),
  );
}

function describe({ id, name }) {
  return who(
    name ? initials(name) : '?',
    name ?? 'A customer',
    'known',
    el('p', { class: 'badge' }, lock(), 'Identity from Parley'),
    el('p', { class: 'sub' }, el('span', {}, 'entity_id'), ` ${id}`),
  );
}

function tiles({ email }, devices) {
  const all = [
    ['E-mail', email ?? 'not told'],
    ['Devices in this chat', devices === 0 ? 'none now' : String(devices)],
  ];
  return el(
    'dl',
    { class: 'tiles pair' },
    ...all.map(([label, value]) =>
      el('div', { class: 'tile long' }, el('dt', {}, label), el('dd', {}, value)),
    ),
  );
}

function hint() {
  return el(
    'p',
    { class: 'hint' },
    'Another device: open this page in a private window and sign in as the same consumer. The conversation is there, too.',
  );
}

function renderCalls(calls) {
  const billed = calls.filter(({ isBilled }) => isBilled).length;
  byId('calls-count').textContent = calls.length === 0 ? '' : String(calls.length);
  byId('calls').replaceChildren(
    el(
      'p',
      { class: 'nothing' },
      `LiveChat charges for ${billed} of these. Parley keeps a token until shortly before it ends.`,
    ),
    ...calls
      .toReversed()
      .map(({ path, grantType, status, isBilled }) =>
        el(
          'p',
          { class: 'call' },
          el('code', {}, path),
          el(
            'span',
            { class: 'via' },
            [grantType, status, isBilled && 'charged'].filter(Boolean).join(' · '),
          ),
        ),
      ),
  );
}

function firstName(customer) {
  return customer?.name?.split(' ')[0] ?? 'Customer';
}
