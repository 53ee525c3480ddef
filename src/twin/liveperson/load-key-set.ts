import type { JSONWebKeySet } from 'jose';
import { z } from 'zod';
import type { ExchangeRecorder, ReceivedMessage } from './exchange-recorder.ts';
import { parseJson } from './parse-json.ts';
import { LivePersonRefusal } from './refusal.ts';

const base64url = /^[A-Za-z0-9_-]+$/;

const keySetSchema = z.object({
  keys: z.array(
    z
      .looseObject({ kty: z.string() })
      // LivePerson reads neither padding nor the standard alphabet.
      .refine((key) => key.kty !== 'RSA' || base64url.test(String(key['n'])), 'n is not base64url'),
  ),
});

/** Fetches the connector's JWKS endpoint, each time anew, so that the message can be seen. */
export async function loadKeySet(jwksEndpoint: string, recorder: ExchangeRecorder): Promise<JSONWebKeySet> {
  const answer = await fetchKeySet(jwksEndpoint, recorder);
  const keySet = keySetSchema.safeParse(parseJson(answer.text));
  if (answer.status !== 200 || !keySet.success) {
    throw new LivePersonRefusal(
      'key_set',
      `The JWKS endpoint answered ${answer.status} without a usable key set.`,
    );
  }
  return keySet.data;
}

async function fetchKeySet(url: string, recorder: ExchangeRecorder): Promise<ReceivedMessage> {
  try {
    return await recorder.send({
      title: 'LivePerson reads the key set',
      method: 'GET',
      url,
      headers: { accept: 'application/json' },
    });
  } catch (cause) {
    throw new LivePersonRefusal('key_set', 'The JWKS endpoint does not answer.', { cause });
  }
}
