import { createConnection } from './livechat-connection.js';
import { enable, on, renderMessages } from './dom.js';

/** LiveChat's chat window: it learns who the customer is from the page, and from nobody else. */
const byId = (id) => document.getElementById(id);
const device = crypto.randomUUID();
const page = document.referrer && new URL(document.referrer).origin;
const calls = new Map();
let bearer;

/** Calls one of the page's four functions; what crosses is JSON. */
function askPage(call) {
  return new Promise((resolve, reject) => {
    const id = crypto.randomUUID();
    calls.set(id, ({ error, value }) =>
      error ? reject(Object.assign(new Error(error.message), error)) : resolve(value),
    );
    parent.postMessage(JSON.stringify({ id, call }), page);
  });
}

on(window, 'message', ({ source, origin, data }) => {
  if (source !== parent || origin !== page) return;
  const { id, ...answer } = JSON.parse(data);
  calls.get(id)?.(answer);
  calls.delete(id);
});

async function act(action, body) {
  const response = await fetch(new URL(`../livechat/action/${action}`, import.meta.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: bearer, 'x-device': device },
    body: JSON.stringify(body ?? {}),
  });
  const answer = await response.json();
  if (response.ok) return answer;
  throw Object.assign(new Error(answer.error.message), { code: answer.error.type.toUpperCase() });
}

const words = {
  connecting: 'Connecting…',
  retrying: 'The chat is busy. Trying again…',
  looping: 'Connecting again and again: the page’s identity provider is at fault.',
  stopped: 'Please sign in to chat.',
  destroyed: 'This chat has ended.',
};

const names = ['getToken', 'getFreshToken', 'hasToken', 'invalidate'];
const connection = createConnection({
  provider: Object.fromEntries(names.map((name) => [name, () => askPage(name)])),
  async logIn(authorization) {
    bearer = authorization;
    await act('login');
    await refresh();
  },
  show(state, reason) {
    document.body.dataset.state = state;
    document.body.classList.toggle('verified', state === 'connected');
    enable(byId('compose'), state === 'connected');
    if (state !== 'connected') byId('standing').textContent = words[state];
    parent.postMessage(JSON.stringify({ state, reason }), page);
  },
});

async function refresh() {
  const { customer, events } = await act('list_events');
  byId('standing').textContent = customer.name ? `Signed in as ${customer.name}` : 'You are signed in';
  const messages = events.map(({ author_id: author, text, created_at: at }) => ({
    from: author === customer.id ? 'consumer' : 'agent',
    text,
    at,
  }));
  renderMessages(byId('thread'), messages, (from) => (from === 'consumer' ? 'You' : 'Alex, Fernway care'));
}

/** Whatever goes wrong with the chat is the connection's to mend. */
async function attempt(work) {
  if (document.body.dataset.state !== 'connected') return;
  try {
    await work();
  } catch (error) {
    connection.fail(error);
  }
}

setInterval(() => void attempt(refresh), 1000);

on(byId('compose'), 'submit', (event) => {
  event.preventDefault();
  const { value } = byId('text');
  byId('text').value = '';
  if (!value.trim()) return;
  void attempt(async () => {
    await act('send_event', { event: { type: 'message', text: value } });
    await refresh();
  });
});
