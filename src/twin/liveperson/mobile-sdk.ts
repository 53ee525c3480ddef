import { CompactEncrypt, compactDecrypt } from 'jose';
import type { Flow } from './connector.ts';
import type { LivePersonServer, Outcome } from './liveperson-server.ts';
import { createPkce } from './pkce.ts';
import { LivePersonRefusal } from './refusal.ts';

/**
 * LivePerson's SDK in a brand's app, with the server behind it. The app brings a code or a JWT and hears of the
 * end of the ID token; it gets the verifier only in a form that LivePerson's server alone can read.
 */
export interface MobileSdk {
  /** `LivePerson.getPKCEParams` */
  getPkceParams(): Promise<PkceParams>;
  /** `showConversation` with `LPAuthenticationParams` */
  showConversation(params: AuthenticationParams): Promise<Outcome>;
  /** Whether the consumer is still known. At the end of the ID token it is not, and the app is told, once. */
  isKnown(): boolean;
  logOut(): void;
}

export interface PkceParams {
  codeChallenge: string;
  codeChallengeMethod: 'S256';
  /** Longer than a verifier, and none: only LivePerson's server reads it. */
  codeVerifier: string;
}

/** The Android names: `setAuthKey`, `setHostAppRedirectUri`, `setCodeVerifier`, `setHostAppJWT`. */
export type AuthenticationParams =
  | { authKey: string; hostAppRedirectUri: string; codeVerifier?: string }
  | { hostAppJwt: string };

export interface MobileSdkOptions {
  flow: Flow;
  server: LivePersonServer;
  /** `LPMessagingSDKTokenExpired`, `onTokenExpired()`: the app is to bring a new code or JWT. */
  onTokenExpired(): void;
  /** Milliseconds since 1970. */
  now: () => number;
  randomBytes: (size: number) => Buffer;
}

export function createMobileSdk(options: MobileSdkOptions): MobileSdk {
  const { flow, server, now, randomBytes } = options;
  const serverKey = new Uint8Array(randomBytes(32));
  let knownUntil: number | undefined;

  async function settle(params: AuthenticationParams): Promise<Outcome> {
    if ('hostAppJwt' in params) {
      return flow === 'implicit' ? server.accept(params.hostAppJwt) : refuse('This connector takes codes.');
    }
    const { authKey: code, hostAppRedirectUri: redirectUri } = params;
    if (params.codeVerifier === undefined) return server.redeem({ code, redirectUri });
    const codeVerifier = await open(params.codeVerifier);
    if (codeVerifier !== undefined) return server.redeem({ code, redirectUri, codeVerifier });
    return refuse('The code verifier is not the one of getPKCEParams.', 'verifier');
  }

  async function open(sealed: string): Promise<string | undefined> {
    try {
      const { plaintext } = await compactDecrypt(sealed, serverKey);
      return new TextDecoder().decode(plaintext);
    } catch {
      return undefined;
    }
  }

  return {
    async getPkceParams() {
      const { codeVerifier, codeChallenge } = createPkce(randomBytes);
      const sealed = await new CompactEncrypt(new TextEncoder().encode(codeVerifier))
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
        .encrypt(serverKey);
      return { codeChallenge, codeChallengeMethod: 'S256', codeVerifier: sealed };
    },
    async showConversation(params) {
      const outcome = await settle(params);
      if (outcome.kind === 'accepted') knownUntil = outcome.identity.idToken.payload.exp * 1000;
      return outcome;
    },
    isKnown() {
      if (knownUntil === undefined) return false;
      if (now() < knownUntil) return true;
      knownUntil = undefined;
      options.onTokenExpired();
      return false;
    },
    logOut() {
      knownUntil = undefined;
    },
  };
}

function refuse(sentence: string, reason: 'flow' | 'verifier' = 'flow'): Outcome {
  return { kind: 'refused', refusal: new LivePersonRefusal(reason, sentence), exchanges: [] };
}
