import { renderDesk } from './agent.js';
import { post, watchState } from './api.js';
import { on } from './dom.js';
import { createEmbeddedChat } from './embedded-chat.js';
import { watchRequests } from './requests.js';
import { watchSettings } from './settings.js';

/** The main page: opens and ends the chat, switches the connector, keeps the agent's side up to date. */
const byId = (id) => document.getElementById(id);
const chat = byId('chat');
const frame = byId('window');
const windowAddress = new URL('../liveperson/window', import.meta.url).href;

const refresh = watchState((state) => {
  showSettings(state);
  if (state.conversation && chat.hidden) openChat();
  renderDesk(state);
});

const showSettings = watchSettings(() => {
  if (!chat.hidden) location.hash = 'chat';
  closeChat();
});

// Without Parley's script on the page, the window asks the issuer itself.
const embedded = window.Parley && createEmbeddedChat(() => !chat.hidden, refresh);
if (location.hash === '#chat') {
  history.replaceState(null, '', location.pathname);
  openChat();
}

watchRequests(byId('requests-box'), byId('requests'));

function openChat() {
  chat.hidden = false;
  document.body.classList.add('chatting');
  frame.src = windowAddress;
  embedded?.authenticate();
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

on(window, 'message', ({ source, origin, data }) => {
  if (source === frame.contentWindow && origin === location.origin && data === 'sign-in') embedded?.signIn();
});

on(byId('reply'), 'submit', async (event) => {
  event.preventDefault();
  const text = byId('reply-text');
  const { value } = text;
  text.value = '';
  if (value.trim()) await post('agent/messages', { text: value });
  await refresh();
});

// Only now does a click lead anywhere.
byId('chat-open').disabled = false;
