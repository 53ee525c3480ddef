import { post, watchState } from './api.js';
import { enable, on, renderMessages } from './dom.js';

/** LivePerson's chat window. It carries what the issuer sends back to LivePerson's server, and the messages. */
const byId = (id) => document.getElementById(id);
const authorize = new URL('../liveperson/authorize', import.meta.url);
const isPopup = window.top === window;
let isEmbedded = false;

const answer = takeAnswer();
if (answer) await post('liveperson/answer', answer);
if (isPopup) finishPopup();
else if ((await post('chat/open')).next === 'authorize') location.replace(authorize);
else talk();

/** Query for a code or an error, fragment for the implicit flow; the address is cleared at once. */
function takeAnswer() {
  const parameters = new URLSearchParams(location.hash.length > 1 ? location.hash.slice(1) : location.search);
  const state = parameters.get('state');
  if (state === null) return undefined;
  history.replaceState(null, '', location.pathname);
  const given = ['code', 'id_token', 'error'].filter((name) => parameters.has(name));
  return { state, ...Object.fromEntries(given.map((name) => [name, parameters.get(name)])) };
}

function finishPopup() {
  byId('standing').textContent = answer?.error
    ? 'You are not signed in. You can close this window.'
    : 'Done. You can close this window.';
  byId('compose').hidden = true;
  window.close();
}

function talk() {
  const refresh = watchState(render);

  on(byId('compose'), 'submit', async (event) => {
    event.preventDefault();
    const { value } = byId('text');
    byId('text').value = '';
    if (value.trim()) await post('chat/messages', { text: value });
    await refresh();
  });
  enable(byId('compose'));

  on(byId('sign-in'), 'click', () => {
    // In an embedded window the page signs the consumer in; a click here counts as one on the page.
    if (isEmbedded) {
      window.parent.postMessage('sign-in', location.origin);
      return;
    }
    const url = new URL(authorize);
    url.searchParams.set('interactive', '1');
    window.open(url, 'liveperson-sign-in', 'popup,width=480,height=720');
  });
}

function render({ consumer, conversation, windowProblem, style }) {
  isEmbedded = style === 'embedded';
  const identity = conversation?.identity;
  const given = identity?.agentView.standard.given_name ?? 'You';
  document.body.classList.toggle('verified', Boolean(identity));
  byId('standing').textContent = identity ? `Signed in as ${given}` : 'You are chatting as a guest';
  byId('offer').hidden = Boolean(identity);
  byId('offer-text').textContent = explain(consumer, conversation?.refusal, windowProblem);
  const names = { consumer: 'You', agent: 'Alex, Fernway care', assistant: 'Fernway care' };
  renderMessages(byId('thread'), conversation?.messages ?? [], (from) => names[from]);
}

function explain(consumer, refusal, windowProblem) {
  if (refusal) return 'We could not verify who you are. You can go on as a guest or sign in again.';
  if (windowProblem && consumer)
    return 'Your sign-in has ended. Please sign in again to talk about your account.';
  return 'Sign in to talk about your account.';
}
