/** The brand's page: Parley's one line, then LivePerson's tag. */
export function brandPage({ issuer, client, flow }: Record<string, string>): string {
  return `<!doctype html><title>Shop</title>
<button id="sign-in">Sign in</button>
<script src="${issuer}/parley.js" data-client="${client}" data-flow="${flow}"></script>
<script type="module" src="https://lptag.liveperson.net/tag.js"></script>`;
}

/**
 * LivePerson's tag around its own way to ask. Tests drive it by `liveperson`; `settled` is the newest chat as
 * LivePerson's server shows it.
 */
export const tagModule = `
import { askForToken, askIdentity, onNewPage } from './liveperson-tag.js';
const clientId = document.querySelector('script[data-client]').dataset.client;
const visitor = (localStorage.lpVisitor ??= crypto.randomUUID());
async function post(path, body) {
  const init = { method: 'POST', body: JSON.stringify({ visitor, clientId, ...body }) };
  return (await fetch(new URL(path, import.meta.url), init)).json();
}
async function authenticate() {
  const identity = await askIdentity();
  const { chat, id, codeChallenge } = await post('/ask', { identity });
  return id ? post('/answer', { id, told: await askForToken('lpGetAuthenticationToken', codeChallenge) }) : chat;
}
window.liveperson = {
  visitor,
  open() { return (this.settled = authenticate()); },
  say: (text) => post('/say', { text }),
  popup() {
    const origin = 'https://lpcdn.lpsnmedia.net';
    window.fromPopup = new Promise((resolve) => {
      addEventListener('message', (event) => event.origin === origin && resolve(event.data), { once: true });
    });
    const start = new URLSearchParams({ visitor, clientId, opener: location.origin });
    open(origin + '/le_unified_window/index.html?' + start, '_blank', 'popup,width=400,height=600');
  },
};
onNewPage(() => window.liveperson.open());
document.documentElement.dataset.ready = 'yes';
`;

/** The popup window: it hands its address to its server, tells its opener, and goes again when the ID token ends. */
export const popupPage = `<!doctype html><title>Chat</title><pre id="chat"></pre><script type="module">
const post = async (path, body) =>
  (await fetch(path, { method: 'POST', body: JSON.stringify(body) })).json();
const authorize = async (start) => location.replace((await post('/popup', start)).address);
const given = Object.fromEntries(new URLSearchParams(location.hash.slice(1) || location.search));
history.replaceState(null, '', location.pathname);
if (given.state) {
  window.answer = given;
  const { svid: visitor } = JSON.parse(given.state).lpUnifiedWindowConfig.engConf;
  const { chat, clientId, opener: parent } = await post('/popup-answer', { ...given, visitor });
  document.getElementById('chat').textContent = JSON.stringify(chat);
  if (parent) opener?.postMessage(chat, parent);
  if (chat.endsAt) {
    setTimeout(() => authorize({ visitor, clientId, opener: parent }), chat.endsAt - Date.now());
  }
  document.documentElement.dataset.ready = 'yes';
} else if (given.visitor) await authorize(given);
</script>`;
