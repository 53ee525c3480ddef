/**
 * The way of LiveChat's SDK with an identity provider: which failure makes it stop, which makes it try again later
 * and later, and which makes it try again and again.
 *
 * @param provider the four functions of the page
 * @param logIn sends "<tokenType> <accessToken>"; rejects with the code AUTHENTICATION when it is refused
 * @param show 'connecting', 'connected', 'retrying', 'looping', 'stopped' or 'destroyed', and why
 */
export function createConnection({ provider, logIn, show }) {
  const passing = ['temporarily_unavailable', 'server_error'];
  let entityId;
  let tries = 0;
  let timer;

  async function connect() {
    show('connecting');
    try {
      const token = await getToken();
      entityId ??= token.entityId;
      if (token.entityId !== entityId) {
        show('destroyed', 'identity_mismatch');
        return;
      }
      await logIn(`${token.tokenType} ${token.accessToken}`);
      tries = 0;
      show('connected');
    } catch (error) {
      giveUpOrTryAgain(error);
    }
  }

  async function getToken() {
    const token = await provider.getToken();
    const isExpired = Date.now() >= token.creationDate + token.expiresIn;
    return isExpired ? provider.getFreshToken() : token;
  }

  function giveUpOrTryAgain(error) {
    const { code, message } = error;
    if (code === 'SSO_IDENTITY_EXCEPTION' && !passing.includes(message)) {
      show('stopped', message);
      return;
    }
    const isKnown = code === 'AUTHENTICATION' || passing.includes(message);
    if (code === 'AUTHENTICATION') void provider.getFreshToken().catch(() => undefined);
    show(isKnown ? 'retrying' : 'looping', message);
    timer = setTimeout(connect, isKnown ? Math.min(300 * 2 ** tries, 60_000) : 300);
    tries += 1;
  }

  void connect();
  return {
    /** The connection was lost, or its token. */
    fail(error) {
      clearTimeout(timer);
      giveUpOrTryAgain(error);
    },
  };
}
