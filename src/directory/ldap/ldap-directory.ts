import { randomBytes } from 'node:crypto';
import {
  type Client,
  DN,
  type Entry,
  type Filter,
  InvalidDNSyntaxError,
  NoSuchObjectError,
  type SearchOptions,
} from 'ldapts';
import { isAccountId } from '../account-id.ts';
import type { Account, AccountDirectory, PasswordOutcome } from '../contract.ts';
import { isPlausibleAttempt } from '../plausible-attempt.ts';
import { unusableAnswer } from '../unusable-answer.ts';
import { createAccountFilters } from './account-filter.ts';
import { createConnectionPool } from './connection-pool.ts';
import { createFindGroups } from './find-groups.ts';
import { toDirectoryError } from './ldap-failure.ts';
import type { LdapLoginSettings, LdapSettings } from './ldap-settings.ts';
import { openConnection } from './open-connection.ts';
import { readId, toAccount } from './read-entry.ts';
import { createPasswordBind } from './password-bind.ts';
import { openServiceConnection } from './service-connection.ts';

export interface LdapDirectoryOptions {
  settings: LdapSettings;
  /** Milliseconds. */
  now(): number;
}

/**
 * The account directory in an LDAP server. Parley looks for accounts as itself, and checks a password by signing in as
 * the consumer on another connection. Disabled accounts are left out by the search, so they are like none at all.
 *
 * @throws Error when a filter of the settings is none
 */
export function createLdapDirectory({ settings, now }: LdapDirectoryOptions): AccountDirectory {
  const { base, login } = settings;
  const filters = createAccountFilters(settings);
  const findGroups = settings.groups && createFindGroups(settings.groups);
  const service = createConnectionPool({ open: () => openServiceConnection(settings), now });
  const signIns = createConnectionPool({ open: () => openConnection(settings), now });
  const bind = createPasswordBind(signIns);
  const attributes = wantedAttributes(settings);

  const read = <T>(what: string, work: (client: Client) => Promise<T>): Promise<T> =>
    service.use(work).catch((error: unknown) => {
      throw toDirectoryError(error, what);
    });

  async function findEntry(
    client: Client,
    { under = base, scope = settings.scope, filter }: { under?: string; scope?: Scope; filter: Filter },
  ): Promise<Entry | undefined> {
    // Two are asked for where one is wanted, so that a second one is seen. Referrals are not followed.
    const options = { scope, filter, attributes, sizeLimit: 2, derefAliases: 'never' as const };
    const explicitBufferAttributes = settings.id_format === 'guid' ? [settings.id] : [];
    const { searchEntries } = await client
      .search(under, { ...options, explicitBufferAttributes })
      .catch(emptyIfMissing(under === base));
    if (searchEntries.length > 1) throw unusableAnswer('two entries stand for one account');
    return searchEntries[0];
  }

  async function complete(client: Client, entry: Entry): Promise<Account> {
    return toAccount(entry, settings, await findGroups?.(client, entry));
  }

  function findByLogin(typed: string, { attributes: names, rdn }: LdapLoginSettings) {
    return read('search for a login', (client) =>
      rdn === undefined
        ? findEntry(client, { filter: filters.byLogin(typed, names ?? []) })
        : findEntry(client, { under: nameOf(rdn, typed, base), scope: 'base', filter: filters.active }),
    );
  }

  return {
    async findAccount(accountId) {
      const filter = isAccountId(accountId) ? filters.byId(accountId) : undefined;
      if (!filter) return undefined;
      return read('search for an id', async (client) => {
        const entry = await findEntry(client, { filter });
        // The server may compare without regard to case; an id is one exact text.
        return entry && readId(entry, settings) === accountId ? complete(client, entry) : undefined;
      });
    },
    ...(login && {
      async checkPassword(attempt): Promise<PasswordOutcome> {
        if (!isPlausibleAttempt(attempt)) return { kind: 'refused' };
        const entry = await findByLogin(attempt.login, login);
        // A login that nobody has costs the same: a sign-in that cannot succeed.
        const isRight = entry
          ? await bind(entry.dn, attempt.password)
          : await bind(
              login.decoy ?? nameOf('cn', 'parley-decoy', base),
              randomBytes(32).toString('base64url'),
            );
        if (!entry || !isRight) return { kind: 'refused' };
        const account = findGroups
          ? await read('search for groups', (client) => complete(client, entry))
          : toAccount(entry, settings, undefined);
        return { kind: 'signed-in', account };
      },
    }),
    async ping() {
      await read('ping', (client) =>
        client.search(base, { scope: 'base', attributes: ['1.1'], sizeLimit: 1 }),
      );
    },
    async close() {
      await Promise.all([service.close(), signIns.close()]);
    },
  };
}

type Scope = NonNullable<SearchOptions['scope']>;

function wantedAttributes({ id, attributes, groups }: LdapSettings): string[] {
  const mapped = Object.values(attributes).map((attribute) => attribute.replace(/\[\]$/, ''));
  return [...new Set([id, ...mapped, ...(groups?.attribute === undefined ? [] : [groups.attribute])])];
}

/** The library writes the value so that it stays one part of the name. */
function nameOf(rdn: string, value: string, base: string): string {
  return `${new DN().addPairRDN(rdn, value).toString()},${base}`;
}

/** An entry that a login names may be missing; the base of all accounts may not. */
function emptyIfMissing(isBase: boolean) {
  return (error: unknown): { searchEntries: Entry[] } => {
    const isMissing = error instanceof NoSuchObjectError || error instanceof InvalidDNSyntaxError;
    if (isBase || !isMissing) throw error;
    return { searchEntries: [] };
  };
}
