import { z } from 'zod';
import type { Connector } from './connector.ts';
import type { ExchangeRecorder, ReceivedMessage } from './exchange-recorder.ts';
import { parseJson } from './parse-json.ts';
import { LivePersonRefusal } from './refusal.ts';

/** LivePerson's call of the token endpoint: server to server, HTTP Basic, a form (RFC 6749 section 4.1.3). */
export interface Redemption {
  code: string;
  /** Exactly as in the authorization request. */
  redirectUri: string;
  /** With PKCE on; the page never sees it. */
  codeVerifier?: string;
}

const answerSchema = z.object({
  id_token: z.string().min(1),
  token_type: z.string().regex(/^bearer$/i),
});
const problemSchema = z.object({ error: z.string(), error_description: z.string().optional() });

/** The ID token of the answer; the access token is not looked at. */
export async function redeemCode(
  redemption: Redemption,
  connector: Connector,
  recorder: ExchangeRecorder,
): Promise<string> {
  if (connector.flow === 'implicit') throw new LivePersonRefusal('10', 'This connector redeems no codes.');
  if (connector.flow === 'pkce' && !redemption.codeVerifier) {
    throw new LivePersonRefusal('1057', 'PKCE is on, but there is no code verifier for this code.');
  }
  const answer = await callTokenEndpoint(redemption, connector, recorder);
  if (answer.status !== 200) throw explain(answer, connector);
  return checkAnswer(answer);
}

async function callTokenEndpoint(
  { code, redirectUri, codeVerifier }: Redemption,
  { clientId, clientSecret = '', tokenEndpoint }: Connector,
  recorder: ExchangeRecorder,
): Promise<ReceivedMessage> {
  const credentials = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
  try {
    return await recorder.send({
      title: 'LivePerson redeems the authorization code',
      method: 'POST',
      url: tokenEndpoint,
      headers: { authorization: `Basic ${credentials}`, accept: 'application/json' },
      form: {
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectUri,
        ...(codeVerifier && { code_verifier: codeVerifier }),
      },
    });
  } catch (cause) {
    throw new LivePersonRefusal('10', 'The token endpoint does not answer.', { cause });
  }
}

function explain(answer: ReceivedMessage, { flow }: Connector): LivePersonRefusal {
  const problem = problemSchema.safeParse(parseJson(answer.text));
  const error = problem.success ? problem.data.error : 'no error code';
  if (flow === 'pkce' && error === 'invalid_grant') {
    const sentence =
      'The token endpoint does not take this code with its verifier (invalid_grant): the verifier is wrong, or the code is used or too old.';
    return new LivePersonRefusal('1057', sentence);
  }
  return new LivePersonRefusal('10', `The token endpoint answered ${answer.status} (${error}).`);
}

function checkAnswer({ headers, text }: ReceivedMessage): string {
  if (!headers.get('content-type')?.startsWith('application/json')) {
    throw new LivePersonRefusal('10', 'The token endpoint did not answer in JSON.');
  }
  if (!headers.get('cache-control')?.includes('no-store')) {
    throw new LivePersonRefusal(
      '10',
      'The answer of the token endpoint may be cached (Cache-Control: no-store is missing).',
    );
  }
  const answer = answerSchema.safeParse(parseJson(text));
  if (!answer.success) {
    throw new LivePersonRefusal(
      '10',
      'The answer of the token endpoint lacks an id_token or is not of type Bearer.',
    );
  }
  return answer.data.id_token;
}
