import type { OutboundAnswer, OutboundClient, OutboundRequest } from '../../outbound/outbound-client.ts';
import { OutboundError } from '../../outbound/outbound-error.ts';
import { DirectoryUnreachable } from '../directory-unreachable.ts';
import { unusableAnswer } from '../unusable-answer.ts';
import type { AuthenticateRequest } from './authenticate-request.ts';

/** One request to the brand's API: signed or with its credentials, and its failures in the directory's words. */
export interface AccountApi {
  /**
   * The answer when its status is 2xx or one of `expected`. Rejects with ParleyError('directory_unavailable')
   * otherwise, and with DirectoryUnreachable where another try may help.
   */
  ask(request: ApiRequest, expected: readonly number[]): Promise<OutboundAnswer>;
}

export type ApiRequest = Omit<OutboundRequest, 'headers' | 'signal'> & {
  headers?: Readonly<Record<string, string>>;
};

export function createAccountApi(options: {
  client: OutboundClient;
  authenticate: AuthenticateRequest;
  /** Sent with every request. */
  headers: Readonly<Record<string, string>>;
}): AccountApi {
  const { client, authenticate } = options;
  const own = Object.entries(options.headers).map(([name, value]) => [name.toLowerCase(), value]);
  const always: Record<string, string> = { accept: 'application/json', ...Object.fromEntries(own) };
  return {
    async ask(request, expected) {
      const headers = { ...always, ...request.headers };
      const proof = await authenticate({ ...request, headers });
      const answer = await client
        .request({ ...request, headers: { ...headers, ...proof } })
        .catch((error: unknown) => {
          throw toDirectoryError(error);
        });
      const { status } = answer;
      if ((status >= 200 && status < 300) || expected.includes(status)) return answer;
      throw explainStatus(status, `${request.method} ${request.url.host}`);
    },
  };
}

function toDirectoryError(error: unknown): unknown {
  if (!(error instanceof OutboundError)) return error;
  const isUnreachable = error.fault === 'unreachable' || error.fault === 'tls_refused';
  return isUnreachable ? new DirectoryUnreachable(error.message, error) : unusableAnswer(error.message);
}

/** A 500 may be one account's own doing and says nothing about the next one; these say "not now" to everybody. */
const notNow: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);

function explainStatus(status: number, what: string): Error {
  if (notNow.has(status)) return new DirectoryUnreachable(`${what}: answered ${status}`);
  if (status === 401 || status === 403)
    return unusableAnswer(`${what}: refuses Parley's own credentials (${status})`);
  if (status >= 300 && status < 400)
    return unusableAnswer(`${what}: redirects (${status}), which is not followed: write the final address`);
  return unusableAnswer(`${what}: answered ${status}, which is not expected`);
}
