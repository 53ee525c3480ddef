/**
 * LivePerson's tag as far as it touches the brand's page: it asks the identity function who is there, calls the
 * page's method, and hears when the page has become another one. It keeps nothing and sees no verifier.
 */

/** What the newest identity function says; null when it names nobody, or when there is none. */
export function askIdentity() {
  const ask = window.lpTag?.identities?.at(-1);
  return new Promise((resolve) => (ask ? ask((identity) => resolve(identity ?? null)) : resolve(null)));
}

/** The arguments with which the page's method calls back, the first time only. */
export function askForToken(methodName, codeChallenge) {
  return new Promise((resolve) => {
    const method = methodName.split('.').reduce((at, name) => at?.[name], window);
    if (typeof method !== 'function') resolve(['', `the page has no method ${methodName}`]);
    else method((...told) => resolve(told), ...(codeChallenge ? [codeChallenge] : []));
  });
}

/** Single-page applications say with `lpTag.newPage` that somebody has signed in or out. */
export function onNewPage(listener) {
  window.lpTag ??= {};
  window.lpTag.newPage = (_url, { identities } = {}) => {
    if (identities) window.lpTag.identities = identities;
    listener();
  };
}
