/**
 * The snippet that a brand copies from LiveChat into its page: it keeps calls until LiveChat's script is there, and
 * loads it at once unless the page wants to say when.
 */
(() => {
  const tracking = new URL('livechat-tracking.js', document.currentScript.src);
  const api = {
    _h: null,
    _q: [],
    init() {
      const script = document.createElement('script');
      script.async = true;
      script.src = tracking;
      document.head.append(script);
    },
  };
  for (const method of ['on', 'call']) {
    api[method] = (...args) => (api._h ? api._h(method, args) : api._q.push([method, args]));
  }
  api.get = (...args) => {
    if (!api._h) throw new Error("[LiveChatWidget] You can't use getters before load.");
    return api._h('get', args);
  };
  window.__lc = window.__lc || {};
  if (!window.__lc.asyncInit) api.init();
  window.LiveChatWidget = window.LiveChatWidget || api;
})();
