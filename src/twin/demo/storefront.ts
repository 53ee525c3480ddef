import * as client from 'openid-client';
import { addPending, type Consumer, type Session, takePending } from './sessions.ts';

/** The shop as an ordinary relying party: code flow with PKCE, redeemed by its own server. */
export interface Storefront {
  /** Where the consumer signs in. */
  startSignIn(session: Session): Promise<URL>;
  /** The consumer behind the answer; undefined when it was refused, is not ours, or is used a second time. */
  finishSignIn(session: Session, answer: URLSearchParams): Promise<Consumer | undefined>;
  /** Where the consumer's session at the issuer ends (OpenID Connect RP-Initiated Logout). */
  createSignOutUrl(consumer: Consumer | undefined): Promise<URL>;
}

export interface StorefrontOptions {
  issuer: string;
  client: { id: string; secret?: string };
  fetch: typeof globalThis.fetch;
}

export function createStorefront(options: StorefrontOptions): Storefront {
  const home = `${options.issuer.replace(/\/$/, '')}/demo`;
  const redirectUri = `${home}/callback`;
  let configuration: Promise<client.Configuration> | undefined;

  /** Discovery waits for the first visitor: the issuer is this very server, which is not listening earlier. */
  async function discover(): Promise<client.Configuration> {
    configuration ??= readDiscovery(options);
    try {
      return await configuration;
    } catch (error) {
      configuration = undefined;
      throw error;
    }
  }

  return {
    async startSignIn(session) {
      const state = client.randomState();
      const pending = { nonce: client.randomNonce(), codeVerifier: client.randomPKCECodeVerifier() };
      addPending(session.signIns, state, pending);
      return client.buildAuthorizationUrl(await discover(), {
        redirect_uri: redirectUri,
        scope: 'openid profile',
        state,
        nonce: pending.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(pending.codeVerifier),
        code_challenge_method: 'S256',
      });
    },

    async finishSignIn(session, answer) {
      const expectedState = answer.get('state') ?? '';
      const pending = takePending(session.signIns, expectedState);
      if (!pending || answer.has('error')) return undefined;
      const current = new URL(`${redirectUri}?${answer.toString()}`);
      return redeem(await discover(), current, { expectedState, ...pending });
    },

    createSignOutUrl: async (consumer) =>
      client.buildEndSessionUrl(await discover(), {
        post_logout_redirect_uri: home,
        ...(consumer && { id_token_hint: consumer.idToken }),
      }),
  };
}

function readDiscovery({
  issuer,
  client: { id, secret },
  fetch,
}: StorefrontOptions): Promise<client.Configuration> {
  const authentication = secret ? client.ClientSecretBasic(secret) : client.None();
  return client.discovery(new URL(issuer), id, undefined, authentication, {
    // The issuer is this very server, and a demo on loopback has no certificate.
    execute: issuer.startsWith('http:') ? [client.allowInsecureRequests] : [],
    [client.customFetch]: (url, init) => fetch(url, { ...init, body: init.body ?? null }),
  });
}

async function redeem(
  configuration: client.Configuration,
  current: URL,
  expected: { expectedState: string; nonce: string; codeVerifier: string },
): Promise<Consumer | undefined> {
  try {
    const tokens = await client.authorizationCodeGrant(configuration, current, {
      expectedState: expected.expectedState,
      expectedNonce: expected.nonce,
      pkceCodeVerifier: expected.codeVerifier,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (!claims || !tokens.id_token) return undefined;
    const profile = claims['given_name']
      ? claims
      : await client.fetchUserInfo(configuration, tokens.access_token, claims.sub);
    const name = profile['given_name'];
    return { sub: claims.sub, name: typeof name === 'string' ? name : 'customer', idToken: tokens.id_token };
  } catch (error) {
    if (error instanceof client.ResponseBodyError || error instanceof client.ClientError) return undefined;
    throw error;
  }
}
