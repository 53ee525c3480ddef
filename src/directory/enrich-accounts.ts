import { ParleyError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Account, AccountDirectory, FindOptions } from './contract.ts';

/**
 * Signs in with one directory and adds the records of others to its record, each under its own name. A record is
 * whole or there is none: a source that cannot be reached makes the account unavailable, unless it is optional.
 */
export interface EnrichOptions {
  directory: AccountDirectory;
  enrichments: readonly Enrichment[];
  log: Pick<Log, 'warn'>;
}

export interface Enrichment {
  /** The member under which its record appears. It is always set, null when there is no such account. */
  as: string;
  directory: Pick<AccountDirectory, 'findAccount' | 'ping' | 'close'>;
  /** The id to look for, from the first directory's record; absent: the account's id. */
  keyOf?: Evaluate | undefined;
  optional: boolean;
}

/** A compiled expression over a record; throws when it does not fit the record. */
export type Evaluate = (record: Readonly<Record<string, unknown>>) => unknown;

export function enrichAccounts({ directory, enrichments, log }: EnrichOptions): AccountDirectory {
  const { checkPassword } = directory;
  const required = enrichments.filter(({ optional }) => !optional);

  async function enrich({ accountId, record }: Account, options?: FindOptions): Promise<Account> {
    const added = await Promise.all(
      enrichments.map(async (enrichment) => {
        const found = await findRecord(enrichment, { account: { accountId, record }, options, log });
        return [enrichment.as, found] as const;
      }),
    );
    return { accountId, record: { ...record, ...Object.fromEntries(added) } };
  }

  return {
    async findAccount(accountId, options) {
      const account = await directory.findAccount(accountId, options);
      return account && enrich(account, options);
    },
    ...(checkPassword && {
      checkPassword: async (attempt) => {
        const outcome = await checkPassword(attempt);
        if (outcome.kind === 'refused') return outcome;
        return { kind: outcome.kind, account: await enrich(outcome.account) };
      },
    }),
    async ping() {
      await Promise.all([directory.ping(), ...required.map((enrichment) => enrichment.directory.ping())]);
    },
    async close() {
      await Promise.all([
        directory.close(),
        ...enrichments.map((enrichment) => enrichment.directory.close()),
      ]);
    },
  };
}

async function findRecord(
  { as, directory, keyOf, optional }: Enrichment,
  {
    account,
    options,
    log,
  }: { account: Account; options: FindOptions | undefined; log: EnrichOptions['log'] },
): Promise<Account['record'] | null> {
  const key = keyOf ? readKey(as, keyOf, account.record) : account.accountId;
  if (key === undefined) return null;
  try {
    return (await directory.findAccount(key, options))?.record ?? null;
  } catch (error) {
    if (!optional || !(error instanceof ParleyError)) throw error;
    log.warn({ enrichment: as, reason: error.message }, 'an optional enrichment is left out');
    return null;
  }
}

/** Null and false are "none": `by: email_verified && email` gives false for an address that nobody verified. */
function readKey(as: string, keyOf: Evaluate, record: Account['record']): string | undefined {
  const key = evaluate(as, keyOf, record);
  if (key === null || key === undefined || key === false || key === '') return undefined;
  if (typeof key === 'string') return key;
  if (typeof key === 'number' && Number.isSafeInteger(key)) return String(key);
  throw new ParleyError(
    'directory_unavailable',
    `enrich ${as}: \`by\` gives neither a text nor a whole number`,
  );
}

function evaluate(as: string, keyOf: Evaluate, record: Account['record']): unknown {
  try {
    return keyOf(record);
  } catch (cause) {
    throw new ParleyError('directory_unavailable', `enrich ${as}: \`by\` does not fit the record`, { cause });
  }
}
