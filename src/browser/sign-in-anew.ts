export type SignInAnew = ReturnType<typeof createSignInAnew>;

/**
 * Remembers, across pages, that the consumer has signed out here. Where the browser keeps Parley's cookie from
 * this page, a sign-out cannot reach the session; the next consumer at this device must then be asked who they
 * are, or they would chat as the former. Holds no identity: the time of the sign-out alone.
 */
export function createSignInAnew(issuer: string) {
  const key = `parley ${issuer} signed out`;
  return {
    key,
    require(): void {
      attempt(() => localStorage.setItem(key, String(Date.now())));
    },
    release(): void {
      attempt(() => localStorage.removeItem(key));
    },
    /** Without a storage nothing is known, and the consumer is asked. */
    isRequired: () => attempt(() => localStorage.getItem(key) === null) !== true,
  };
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
