import { post } from './api.js';
import { askForToken, askIdentity, onNewPage } from './liveperson-tag.js';

/** LivePerson's tag for an embedded window, beside Parley's script on the page. */
export function createEmbeddedChat(isOpen, refresh) {
  let last = Promise.resolve();
  let renewal;

  async function ask() {
    if (!isOpen()) return;
    const identity = await askIdentity();
    const { question, codeChallenge } = await post('tag/identity', { identity });
    if (question) {
      const told = await askForToken('lpGetAuthenticationToken', codeChallenge);
      renewLater(await post('tag/answer', { question, told }));
    }
    await refresh();
  }

  /** At the end of the ID token LivePerson asks the page again. */
  function renewLater({ conversation }) {
    clearTimeout(renewal);
    const exp = conversation?.identity?.idToken.payload.exp;
    // Browsers take no longer time than this.
    if (exp) renewal = setTimeout(authenticate, Math.min(exp * 1000 - Date.now() + 1000, 2 ** 31 - 1));
  }

  /** One after the other, so that whoever is known already is not asked for twice. */
  function authenticate() {
    last = last.then(ask).catch(() => undefined);
    return last;
  }

  onNewPage(authenticate);
  watchLeaving();
  return {
    authenticate,
    /** To be called inside a click. */
    signIn: () => void window.Parley.signIn().then(authenticate, () => undefined),
  };
}

/** Whoever has signed in out of the chat, and so not at the shop, can leave all the same. */
function watchLeaving() {
  const [enter, leave] = ['enter', 'leave'].map((id) => document.getElementById(id));
  if (!leave) return;
  window.Parley.on('identity', ({ detail }) => {
    enter.hidden = detail !== null;
    leave.hidden = detail === null;
  });
  leave.addEventListener('click', () => void window.Parley.signOut().catch(() => undefined));
}
