import { checkIdToken } from '../../twin/liveperson/check-id-token.ts';
import { checkSdes } from '../../twin/liveperson/check-sdes.ts';
import { findSubjectFault } from '../../twin/liveperson/check-subject.ts';
import type { Connector } from '../../twin/liveperson/connector.ts';
import { createExchangeRecorder } from '../../twin/liveperson/exchange-recorder.ts';
import { checkPageIdentity, type PageIdentity } from '../../twin/liveperson/liveperson-server.ts';
import { loadKeySet } from '../../twin/liveperson/load-key-set.ts';
import { checkEncryptionHeader, isEncrypted } from '../../twin/liveperson/open-encrypted.ts';
import { LivePersonRefusal } from '../../twin/liveperson/refusal.ts';
import { attempt, CheckFailure } from './check-failure.ts';
import type { CheckTarget } from './check-target.ts';

/** Bytes; LivePerson documents no limit, and in a popup the ID token travels in an address. */
const largest = 4096;

/** An ID token that a window got, and what the page says about its consumer. */
export interface ReceivedToken {
  connector: Connector;
  idToken: string;
  identity?: PageIdentity | undefined;
}

/** The ID token as LivePerson's rules see it, rule by rule. */
export async function checkToken(target: CheckTarget, received: ReceivedToken): Promise<void> {
  const { report, client } = target;
  checkSize(target, received.idToken);
  if (client.encryption) {
    const isOpen = await attempt(report, 'Encryption', () => checkEncryption(target, received.idToken));
    if (!isOpen) return;
  }
  await attempt(report, 'ID token', () => checkSigned(target, received));
}

function checkSize({ report }: CheckTarget, idToken: string): void {
  if (idToken.length > largest) {
    const advice = 'a popup may not be able to carry it: map fewer claims for this client';
    report.warn('Size', `${idToken.length} bytes, more than ${largest}: ${advice}`);
  } else report.ok('Size', `${idToken.length} bytes`);
}

/** @returns whether the ID token inside can be looked at */
function checkEncryption(
  { client, encryptionKeyId, decryption, report }: CheckTarget,
  idToken: string,
): boolean {
  if (!isEncrypted(idToken)) {
    throw new LivePersonRefusal('encryption', 'The ID token is not encrypted, though the client wants it.');
  }
  const { alg, enc, kid } = checkEncryptionHeader(idToken, encryptionKeyId);
  if (enc !== client.encryption?.enc) {
    throw new CheckFailure(
      `the content is encrypted with ${enc}, the brand file says ${client.encryption?.enc}`,
      'restart the server: it runs with an older brand file',
      '9012',
    );
  }
  report.ok('Encryption', `${alg}, ${enc}, kid ${kid ?? '(none)'}, cty JWT`);
  if (decryption) return true;
  report.unknown('ID token', 'encrypted: what is inside can be checked with --decrypt-key only');
  return false;
}

async function checkSigned(target: CheckTarget, received: ReceivedToken): Promise<void> {
  const { connector, idToken, identity } = received;
  const { report, fetch, now } = target;
  const rules = {
    connector,
    now,
    loadKeySet: () => loadKeySet(connector.jwksEndpoint, createExchangeRecorder(fetch)),
  };
  const token = await checkIdToken(idToken, rules);
  const { header, payload } = token;
  checkPageIdentity(token, identity);
  const seconds = payload.exp - Math.floor(now() / 1000);
  report.ok('ID token', `${header.alg}, kid ${header.kid}, iss ${payload.iss}, ends in ${seconds} s`);
  await attempt(report, 'Pasted key', () => checkPastedKey(target, connector, idToken));
  await attempt(report, 'Subject', () => checkSubject(target, payload));
  await attempt(report, 'lp_sdes', () => {
    const sdes = checkSdes(payload['lp_sdes']);
    const types = sdes.map(({ type }) => type).join(', ');
    report.ok('lp_sdes', types || 'none: the agent sees the standard claims only');
  });
}

async function checkPastedKey(
  { pastedKey: publicKey, report, now }: CheckTarget,
  connector: Connector,
  idToken: string,
): Promise<void> {
  if (publicKey === undefined) {
    report.unknown(
      'Pasted key',
      "this machine has no keys of the brand: compare the server's `parley keys show`",
    );
    return;
  }
  try {
    await checkIdToken(idToken, {
      connector: { ...connector, publicKey },
      now,
      loadKeySet: () => Promise.reject(new Error('a pasted key needs no key set')),
    });
  } catch (error) {
    if (!(error instanceof LivePersonRefusal)) throw error;
    throw new CheckFailure(
      'the key that `parley client show` prints here is not the one that the server signs with',
      'run it with the PARLEY_KEYS folder of the server; after a rotation paste the key anew',
      error.code,
    );
  }
  report.ok('Pasted key', 'the key that `parley client show` prints fits too');
}

function checkSubject({ report }: CheckTarget, payload: { sub: string; phone_number?: unknown }): void {
  const fault = findSubjectFault(payload);
  const advice = 'give accounts an id of their own that is stable, never re-used and not guessable';
  if (fault === 'guessable') {
    report.warn('Subject', `${payload.sub} is a short number that can be guessed: ${advice}`);
    return;
  }
  if (fault) {
    const kind = fault === 'phone' ? 'a telephone number' : 'an e-mail address';
    const sentence = `sub is ${kind}, which LivePerson says it must never be: it changes hands, and names a person`;
    throw new CheckFailure(sentence, advice);
  }
  report.ok('Subject', payload.sub);
}
