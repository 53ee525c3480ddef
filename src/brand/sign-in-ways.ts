import { randomBytes } from 'node:crypto';
import type { BrandConfig } from '../config/brand-schema.ts';
import {
  type OpenedAssertionVerifier,
  openAssertionVerifier,
} from '../directory/assertion/open-assertion-verifier.ts';
import type { AnswerStore, WaitingAnswer } from '../directory/brand-login/contract.ts';
import { createBrandLogin } from '../directory/brand-login/create-brand-login.ts';
import type { SignInRecords } from '../directory/oidc/contract.ts';
import { openUpstreamLogin } from '../directory/oidc/open-upstream-login.ts';
import { authenticationContext } from '../interaction/authentication-context.ts';
import type { SignInWay } from '../interaction/ways.ts';
import { type KeySet, signingKey } from '../keys/key-set.ts';
import { signJwt } from '../keys/sign-jwt.ts';
import type { Signer } from '../keys/signer.ts';
import type { BrandStore } from '../store/contract.ts';

export interface SignInWaysOptions {
  signInRecords: SignInRecords;
  brand: BrandConfig;
  store: BrandStore;
  /** For what Parley itself has to say to others. */
  keySet: { keys: KeySet; signer: Signer | undefined };
  /** Milliseconds since the epoch. */
  now(): number;
}

export interface OpenedSignInWays {
  ways: SignInWay[];
  close(): Promise<void>;
}

/** The ways of a brand's `login` in which a consumer takes part, in their order. */
export function openSignInWays(options: SignInWaysOptions): OpenedSignInWays {
  const opened: { close(): Promise<void> }[] = [];
  const ways = options.brand.login.flatMap(({ password, brand, upstream }): SignInWay[] => {
    if (password)
      return [{ kind: 'password', id: 'password', secondFactorRequired: password.totp?.required ?? false }];
    if (upstream) {
      const { way, close } = openUpstream(options, upstream);
      opened.push({ close });
      return [way];
    }
    if (!brand) return [];
    const { way, verifier } = openBrandLogin(options, brand);
    opened.push(verifier);
    return [way];
  });
  return {
    ways,
    async close() {
      await Promise.all(opened.map((login) => login.close()));
    },
  };
}

type BrandWay = NonNullable<BrandConfig['login'][number]['brand']>;

function openBrandLogin(
  { brand, store, keySet, now: milliseconds }: SignInWaysOptions,
  { url, title, verify, session_exp: sessionLifetime }: BrandWay,
): { way: SignInWay; verifier: OpenedAssertionVerifier } {
  const now = () => Math.floor(milliseconds() / 1000);
  const verifier = openAssertionVerifier({
    settings: verify,
    audience: brand.issuer,
    now,
    useOnce: useAssertionOnce(store),
  });
  const login = createBrandLogin({
    url,
    issuer: brand.issuer,
    returnTo: `${brand.issuer}/login/brand`,
    verifier,
    sessionLifetime,
    answers: createAnswerStore(store),
    sign: signWith(keySet),
    randomId: () => randomBytes(24).toString('base64url'),
    now,
  });
  return {
    way: {
      kind: 'away',
      id: 'brand',
      title: title ?? brand.display_name ?? brand.brand,
      login: { ...login, method: 'POST' },
    },
    verifier,
  };
}

type UpstreamWay = NonNullable<BrandConfig['login'][number]['upstream']>;

function openUpstream(
  { brand, keySet, signInRecords, now }: SignInWaysOptions,
  { title, session_exp: sessionLifetime, account = 'sub', ...settings }: UpstreamWay,
): { way: SignInWay; close(): Promise<void> } {
  const { login, close } = openUpstreamLogin({
    settings: { ...settings, account },
    redirectUri: `${brand.issuer}/login/upstream`,
    signAssertion: (claims) => signWith(keySet)(claims),
    records: brand.accounts.oidc ? signInRecords : undefined,
    sessionLifetime,
    now,
  });
  const shown = title ?? new URL(settings.issuer).hostname;
  return { way: { kind: 'away', id: 'upstream', title: shown, login: { ...login, method: 'GET' } }, close };
}

/** One memory for all ways: an assertion is used once, wherever it is used. */
export function useAssertionOnce(store: BrandStore) {
  return async (issuer: string, jti: string, seconds: number): Promise<boolean> =>
    (await store.upsert('ReplayDetection', JSON.stringify(['assertion', issuer, jti]), {}, seconds)) ===
    'saved';
}

function createAnswerStore(store: BrandStore): AnswerStore {
  const model = 'BrandLoginAnswer';
  return {
    async put(reference, answer, seconds) {
      await store.upsert(model, reference, { answer }, seconds);
    },
    async take(reference) {
      const record = await store.find(model, reference);
      if (!record || (await store.consume(model, reference)) !== 'consumed') return undefined;
      return record['answer'] as WaitingAnswer;
    },
  };
}

function signWith({ keys, signer }: SignInWaysOptions['keySet']) {
  return (claims: Record<string, unknown>, typ?: string): Promise<string> => {
    const jwk = signingKey(keys);
    if (!jwk) throw new Error('there is no RS256 key');
    return signJwt(claims, { jwk, signer, ...(typ !== undefined && { typ }) });
  };
}

/** Where the record of an account holds the secret of its one-time codes. */
export function totpMemberOf({ login }: Pick<BrandConfig, 'login'>): string | undefined {
  return login.flatMap(({ password }) => password?.totp?.secret ?? [])[0];
}

/** What the sign-ins that Parley checks itself can reach. */
export function acrValuesOf(brand: Pick<BrandConfig, 'login'>): string[] {
  const { password, multiFactor } = authenticationContext;
  const hasPassword = brand.login.some((way) => way.password);
  return [...(hasPassword ? [password] : []), ...(totpMemberOf(brand) ? [multiFactor] : [])];
}
