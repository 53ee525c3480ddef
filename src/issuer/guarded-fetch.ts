/**
 * Outbound requests of oidc-provider: clients' keys, back-channel logout. Its guard against addresses inside
 * the network rides on `dispatcher`; where it cannot be set up, the library prints a warning and asks anyway.
 * Here nothing is asked then.
 */
export const guardedFetch: typeof fetch = (input, init) => {
  if (!(init as { dispatcher?: unknown } | undefined)?.dispatcher) {
    return Promise.reject(
      new Error('outbound requests are off: no guard against addresses inside the network'),
    );
  }
  return fetch(input, init);
};
