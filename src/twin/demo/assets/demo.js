import { renderDesk } from './agent.js';
import { post, watchState } from './api.js';
import { on } from './dom.js';
import { watchRequests } from './requests.js';

/** The main page: opens and ends the chat, switches the connector, keeps the agent's side up to date. */
const byId = (id) => document.getElementById(id);
const chat = byId('chat');
const frame = byId('window');
const windowAddress = new URL('../liveperson/window', import.meta.url).href;

const refresh = watchState((state) => {
  for (const input of byId('flows').elements) input.checked = input.value === state.flow;
  if (state.conversation && chat.hidden) openChat();
  renderDesk(state);
});

watchRequests(byId('requests-box'), byId('requests'));

function openChat() {
  chat.hidden = false;
  document.body.classList.add('chatting');
  frame.src = windowAddress;
}

function closeChat() {
  chat.hidden = true;
  document.body.classList.remove('chatting');
  frame.removeAttribute('src');
}

on(byId('chat-open'), 'click', () => {
  if (chat.hidden) openChat();
  else frame.focus();
});

on(byId('chat-close'), 'click', async () => {
  closeChat();
  await post('chat/end');
  await refresh();
  byId('chat-open').focus();
});

on(byId('flows'), 'change', async ({ target }) => {
  const wasOpen = !chat.hidden;
  closeChat();
  await post('connector', { flow: target.value });
  if (wasOpen) openChat();
  await refresh();
});

on(byId('reply'), 'submit', async (event) => {
  event.preventDefault();
  const text = byId('reply-text');
  const { value } = text;
  text.value = '';
  if (value.trim()) await post('agent/messages', { text: value });
  await refresh();
});
