/**
 * LiveChat's script on the brand's page, as far as identity goes: it puts the chat's frame on the page, lets it call
 * the four functions of the page's identity provider by messages, and takes it off again on `destroy`.
 */
(() => {
  const { src } = document.currentScript;
  const origin = new URL(src).origin;
  const api = window.LiveChatWidget;
  const identityProvider = window.__lc.custom_identity_provider?.();
  const listeners = new Map();

  const box = document.createElement('div');
  box.id = 'chat-widget-container';
  const frame = document.createElement('iframe');
  frame.title = 'Chat';
  frame.src = new URL('../livechat/window', src);
  box.append(frame);
  (document.getElementById('chat-place') ?? document.body).append(box);

  /** What crosses is JSON, both ways: of an error only its message and its code. */
  async function receive({ source, origin: from, data }) {
    if (source !== frame.contentWindow || from !== origin) return;
    const { id, call, state } = JSON.parse(data);
    if (state) {
      box.dataset.state = state;
      for (const listener of listeners.get(state) ?? []) listener();
      return;
    }
    const answer = await ask(call);
    source.postMessage(JSON.stringify({ id, ...answer }), origin);
  }

  async function ask(call) {
    try {
      if (!['getToken', 'getFreshToken', 'hasToken', 'invalidate'].includes(call)) throw new Error('unknown');
      const promise = identityProvider[call]();
      if (typeof promise?.then !== 'function') throw new Error(`${call} answered no promise`);
      return { value: (await promise) ?? null };
    } catch (error) {
      return { error: { message: String(error?.message), code: error?.code } };
    }
  }
  addEventListener('message', receive);

  function destroy() {
    removeEventListener('message', receive);
    box.remove();
    api._h = null;
  }

  const methods = {
    on: (name, listener) => listeners.set(name, [...(listeners.get(name) ?? []), listener]),
    call: (name) => name === 'destroy' && destroy(),
    get: () => ({ state: box.dataset.state }),
  };
  api._h = (method, args) => methods[method]?.(...args);
  for (const call of api._q.splice(0)) api._h?.(...call);
})();
