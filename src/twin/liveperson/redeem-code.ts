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
  if (connector.flow === 'implicit') throw new LivePersonRefusal('flow', 'This connector redeems no codes.');
  if (connector.flow === 'pkce' && !redemption.codeVerifier) {
    throw new LivePersonRefusal(
      'verifier_missing',
      'PKCE is on, but there is no code verifier for this code.',
    );
  }
  const answer = await callTokenEndpoint(redemption, connector, recorder);
  if (answer.status !== 200) throw explain(answer, connector);
  return checkAnswer(answer);
}

async function callTokenEndpoint(
  { code, redirectUri, codeVerifier }: Redemption,
  connector: Connector,
  recorder: ExchangeRecorder,
): Promise<ReceivedMessage> {
  const credentials = credentialsOf(connector);
  try {
    return await recorder.send({
      title: 'LivePerson redeems the authorization code',
      method: 'POST',
      url: connector.tokenEndpoint,
      headers: { ...credentials.headers, accept: 'application/json' },
      form: {
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectUri,
        ...(codeVerifier && { code_verifier: codeVerifier }),
        ...credentials.form,
      },
    });
  } catch (cause) {
    throw new LivePersonRefusal('token_endpoint', 'The token endpoint does not answer.', { cause });
  }
}

/** RFC 6749 section 2.3.1: HTTP Basic, or the body. */
function credentialsOf({ clientId, clientSecret = '', credentials = 'basic' }: Connector): {
  headers: Record<string, string>;
  form: Record<string, string>;
} {
  if (credentials === 'body') {
    return { headers: {}, form: { client_id: clientId, client_secret: clientSecret } };
  }
  const pair = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
  return { headers: { authorization: `Basic ${pair}` }, form: {} };
}

function explain(answer: ReceivedMessage, { flow }: Connector): LivePersonRefusal {
  const problem = problemSchema.safeParse(parseJson(answer.text));
  const error = problem.success ? problem.data.error : 'no error code';
  if (flow === 'pkce' && error === 'invalid_grant') {
    const sentence =
      'The token endpoint does not take this code with its verifier (invalid_grant): the verifier is wrong, or the code is used or too old.';
    return new LivePersonRefusal('verifier', sentence);
  }
  const reasons = { invalid_grant: 'code', invalid_client: 'credentials' } as const;
  const reason = error in reasons ? reasons[error as keyof typeof reasons] : 'token_endpoint';
  return new LivePersonRefusal(reason, `The token endpoint answered ${answer.status} (${error}).`);
}

function checkAnswer({ headers, text }: ReceivedMessage): string {
  if (!headers.get('content-type')?.startsWith('application/json')) {
    throw new LivePersonRefusal('token_answer', 'The token endpoint did not answer in JSON.');
  }
  if (!headers.get('cache-control')?.includes('no-store')) {
    throw new LivePersonRefusal(
      'token_answer',
      'The answer of the token endpoint may be cached (Cache-Control: no-store is missing).',
    );
  }
  const answer = answerSchema.safeParse(parseJson(text));
  if (!answer.success) {
    throw new LivePersonRefusal(
      'token_answer',
      'The answer of the token endpoint lacks an id_token or is not of type Bearer.',
    );
  }
  return answer.data.id_token;
}
