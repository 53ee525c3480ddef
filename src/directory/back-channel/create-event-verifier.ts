import { z } from 'zod';
import { createAssertionKeys } from '../assertion/assertion-keys.ts';
import { describePayloadFaults } from '../assertion/assertion-payload.ts';
import { clockSkew, findCommonFault } from '../assertion/check-claims.ts';
import type { AssertionVerifierOptions } from '../assertion/create-assertion-verifier.ts';
import { readSigned } from '../assertion/read-signed.ts';
import type { ConsumerEventKind, EventOutcome, EventVerifier } from './contract.ts';

const typ = 'logout+jwt';

/** OpenID Connect Back-Channel Logout 1.0 section 2.4; OpenID RISC section 2. */
const kinds: Readonly<Record<string, ConsumerEventKind>> = {
  'http://schemas.openid.net/event/backchannel-logout': 'signed-out',
  'https://schemas.openid.net/secevent/risc/event-type/account-disabled': 'disabled',
};

const seconds = z.number().min(0).max(32_503_680_000);
const text = z.string().min(1).max(255);

const payloadSchema = z.object({
  iss: text,
  aud: z.union([z.string(), z.array(z.string())]),
  sub: text,
  iat: seconds,
  exp: seconds,
  nbf: seconds.optional(),
  jti: text,
  nonce: z.never('must be absent').optional(),
  events: z.record(z.string(), z.object({})),
});

/** @throws Error with a sentence for the operator when the configured key cannot be used */
export function createEventVerifier(options: AssertionVerifierOptions): EventVerifier {
  const keys = createAssertionKeys(options.settings, options);
  const { audience, now, useOnce } = options;
  const brandIssuer = options.settings.issuer;
  return {
    async verify(jwt) {
      const signed = await readSigned(jwt, { keys, typ });
      if ('check' in signed) return refused(signed.sentence, signed.detail);
      const read = payloadSchema.safeParse(signed.claims);
      if (!read.success) return refused(`a claim is wrong: ${describePayloadFaults(read.error)}`);
      const payload = read.data;
      const fault = findCommonFault(payload, { brandIssuer, audience, now: now() });
      if (fault) return refused(fault.sentence, fault.detail);
      const [name, ...others] = Object.keys(payload.events);
      const kind = name !== undefined && Object.hasOwn(kinds, name) ? kinds[name] : undefined;
      if (!kind || others.length > 0)
        return refused(`events must have exactly one of: ${Object.keys(kinds).join(', ')}`);
      const isFirst = await useOnce(payload.iss, payload.jti, Math.ceil(payload.exp) - now() + 2 * clockSkew);
      if (!isFirst) return refused('it was used before');
      return { kind: 'verified', event: { accountId: payload.sub, kind } };
    },
  };
}

function refused(sentence: string, detail = sentence): EventOutcome {
  return { kind: 'refused', sentence, detail };
}
