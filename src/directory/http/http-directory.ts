import { LRUCache } from 'lru-cache';
import { isAccountId } from '../account-id.ts';
import type { Account, AccountDirectory, PasswordOutcome } from '../contract.ts';
import type { Evaluate } from '../enrich-accounts.ts';
import { createOutboundClient } from '../../outbound/outbound-client.ts';
import { unusableAnswer } from '../unusable-answer.ts';
import { type AccountApi, createAccountApi } from './account-api.ts';
import { createRequestAuthentication } from './authenticate-request.ts';
import { fillPath } from './fill-path.ts';
import type { HttpSettings } from './http-settings.ts';
import { createPasswordRequest } from './password-request.ts';
import { type AccountReader, createAccountReader } from './read-account.ts';

/** The account directory behind a brand's REST API. */
export interface HttpDirectoryOptions {
  settings: HttpSettings;
  compile(expression: string): Evaluate;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** @throws Error when a key of the settings cannot be read */
export function createHttpDirectory({ settings, compile, now }: HttpDirectoryOptions): AccountDirectory {
  const { url, auth, ca, login } = settings;
  const client = createOutboundClient({
    configuredHosts: [new URL(url).host],
    timeout: settings.timeout,
    connections: settings.parallel,
    tls: { ca, ...auth?.mtls },
  });
  const api = createAccountApi({
    client,
    authenticate: createRequestAuthentication(auth, now),
    headers: settings.headers,
  });
  const base = new URL(url).href.replace(/\/$/, '');
  const reader = createAccountReader(settings, compile);
  const findAccount = createFind({ settings, base, api, reader });
  return {
    findAccount,
    ...(login && {
      async checkPassword(attempt): Promise<PasswordOutcome> {
        const request = createPasswordRequest(base, login, attempt);
        if (!request) return { kind: 'refused' };
        const answer = await api.ask(request, login.refused);
        const accountId = login.refused.includes(answer.status) ? undefined : reader.readLoginId(answer.body);
        // Asked for like any other, so that a record always comes from one place and a disabled account stays out.
        const account = accountId === undefined ? undefined : await findAccount(accountId);
        return account ? { kind: 'signed-in', account } : { kind: 'refused' };
      },
    }),
    async ping() {
      if (settings.ping === undefined) await findAccount('parley-ping');
      else await api.ask({ method: 'GET', url: new URL(`${base}${settings.ping}`) }, []);
    },
    close: () => client.close(),
  };
}

/** What the API last said of an account, and under which tag (RFC 9110 section 8.8.3). */
interface Tagged {
  etag: string;
  account: Account | undefined;
}

const mostTagged = 1000;

/** Finds one account; an account that has not changed since is confirmed and not sent again. */
function createFind(parts: {
  settings: HttpSettings;
  base: string;
  api: AccountApi;
  reader: AccountReader;
}): (accountId: string) => Promise<Account | undefined> {
  const { settings, base, api, reader } = parts;
  const tagged = new LRUCache<string, Tagged>({ max: mostTagged });
  return async (accountId) => {
    const url = isAccountId(accountId) ? fillPath(base, settings.find, { id: accountId }) : undefined;
    if (!url) return undefined;
    const known = tagged.get(accountId);
    const headers: Record<string, string> = known ? { 'if-none-match': known.etag } : {};
    const answer = await api.ask({ method: 'GET', url, headers }, [
      ...settings.missing,
      ...(known ? [304] : []),
    ]);
    if (known && answer.status === 304) return known.account;
    tagged.delete(accountId);
    if (settings.missing.includes(answer.status)) return undefined;
    if (answer.status !== 200)
      throw unusableAnswer(`GET ${url.host}: answered ${answer.status} instead of 200`);
    const account = reader.readAccount(answer.body, accountId);
    const { etag } = answer.headers;
    if (etag) tagged.set(accountId, { etag, account });
    return account;
  };
}
