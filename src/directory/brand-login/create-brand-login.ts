import { decodeJwt } from 'jose';
import type { AssertionVerifier } from '../assertion/contract.ts';
import type { AwayOutcome } from '../away-outcome.ts';
import type { AnswerStore, BrandAnswer, BrandLoginRequest } from './contract.ts';

export interface BrandLoginOptions {
  /** The brand's login page. */
  url: string;
  issuer: string;
  /** Where answers are posted. */
  returnTo: string;
  verifier: AssertionVerifier;
  /** Seconds after an assertion at which its session ends, where it does not say so itself. */
  sessionLifetime: number;
  answers: AnswerStore;
  /** Signs with the issuer's keys. */
  sign(claims: Record<string, unknown>, typ: string): Promise<string>;
  randomId(): string;
  /** Seconds since the epoch. */
  now(): number;
}

/** Seconds in which the consumer may sign in at the brand. */
const requestLifetime = 600;
/** Seconds from the return address to the interaction: one redirect. */
const answerLifetime = 120;

export function createBrandLogin(options: BrandLoginOptions) {
  const { answers, now, randomId } = options;
  return {
    /** @returns where the browser goes, and the nonce by which the answer is known again */
    async begin(request: BrandLoginRequest): Promise<{ url: string; memory: { nonce: string } }> {
      // Its first part says whose interaction it is where no cookie does; the second nobody else knows.
      const nonce = `${request.uid}.${randomId()}`;
      const url = new URL(options.url);
      url.searchParams.set('parley_request', await signRequest(options, request, nonce));
      return { url: url.href, memory: { nonce } };
    },

    /** Verified and used up here, believed only by `finish`: anybody can post anything to this address. */
    async receive(form: BrandAnswer) {
      const { assertion, error, state } = form;
      if (typeof assertion === 'string') return receiveAssertion(options, assertion);
      if (typeof error !== 'string' || typeof state !== 'string')
        return refuse('assertion: it is missing; or send error and state');
      return {
        kind: 'received' as const,
        interactionUid: uidOf(state),
        answer: new URLSearchParams({ error, state }),
      };
    },

    async finish(
      answer: URLSearchParams,
      memory: Record<string, unknown>,
      { clientId }: Pick<BrandLoginRequest, 'clientId'>,
    ): Promise<AwayOutcome> {
      const error = answer.get('error');
      if (error !== null) return finishError(error, answer.get('state') === memory['nonce']);
      const waiting = await answers.take(answer.get('reference') ?? '');
      if (!waiting) return failed('there is no such answer, or it was taken already');
      if (waiting.nonce !== memory['nonce']) return failed('the answer is for another sign-in');
      if (waiting.clientId !== undefined && waiting.clientId !== clientId)
        return failed('the answer is for another client');
      const { accountId, amr, acr, issuedAt, authTime, endsAt } = waiting;
      if (endsAt <= now()) return failed('session_exp has passed');
      return { kind: 'signed-in', accountId, amr, acr, issuedAt, authTime, endsAt };
    },
  };
}

async function receiveAssertion(options: BrandLoginOptions, jwt: string) {
  const { verifier, answers, sessionLifetime, randomId } = options;
  const { nonce = '', clientId } = readUnverified(jwt);
  const outcome = await verifier.verify(jwt, { channel: 'front', clientId: clientId ?? '', nonce });
  if (outcome.kind === 'refused') return refuse(`assertion: ${outcome.sentence}`, outcome.detail);
  const { accountId, authTime, acr, amr, issuedAt, sessionExpiresAt } = outcome.assertion;
  const reference = randomId();
  const endsAt = Math.floor(sessionExpiresAt ?? issuedAt + sessionLifetime);
  const waiting = { nonce, accountId, clientId, issuedAt, authTime, acr, amr, endsAt };
  await answers.put(reference, waiting, answerLifetime);
  return {
    kind: 'received' as const,
    interactionUid: uidOf(nonce),
    answer: new URLSearchParams({ reference }),
  };
}

function signRequest(
  { issuer, url, returnTo, sign, randomId, now }: BrandLoginOptions,
  request: BrandLoginRequest,
  nonce: string,
): Promise<string> {
  const claims = {
    iss: issuer,
    aud: url,
    iat: now(),
    exp: now() + requestLifetime,
    jti: randomId(),
    nonce,
    return_to: returnTo,
    client_id: request.clientId,
    client_name: request.clientName,
    prompt: request.mustSignInAnew ? 'login' : undefined,
    max_age: request.maxAge,
    login_hint: request.loginHint,
    ui_locales: request.uiLocales,
    acr_values: request.acrValues,
  };
  const given = Object.entries(claims).filter(([, value]) => value !== undefined);
  return sign(Object.fromEntries(given), 'parley-login-request+jwt');
}

/** Only to tell the verifier what the assertion claims; where that is wrong, `finish` finds out. */
function readUnverified(jwt: string): { nonce?: string; clientId?: string } {
  try {
    const { nonce, client_id: clientId } = decodeJwt(jwt);
    return {
      ...(typeof nonce === 'string' && { nonce }),
      ...(typeof clientId === 'string' && { clientId }),
    };
  } catch {
    return {};
  }
}

function uidOf(nonce: string): string {
  return nonce.split('.')[0] ?? '';
}

function finishError(error: string, isOurs: boolean): AwayOutcome {
  if (!isOurs) return failed('the answer is for another sign-in');
  if (error === 'access_denied') return { kind: 'cancelled' };
  return failed(`the brand's login says ${error.replaceAll(/[^\w-]/g, '?').slice(0, 60)}`);
}

function failed(reason: string): AwayOutcome {
  return { kind: 'failed', reason };
}

/** @param sentence for the integrator @param detail for the operator's log */
function refuse(sentence: string, detail = sentence) {
  return { kind: 'refused' as const, sentence, detail };
}
