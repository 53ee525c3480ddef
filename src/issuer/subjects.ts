import type { Client, KoaContextWithOIDC } from 'oidc-provider';
import type { SubjectOutcome } from '../claims/subject-template.ts';
import type { Account, AccountDirectory } from '../directory/contract.ts';
import type { Log } from '../log.ts';
import type { BrandStore } from '../store/contract.ts';
import { accountAtClient } from './account-at-client.ts';
import { createRequestNote, type Requested } from './request-note.ts';
import { createSubjectRules, type SubjectRulesOptions } from './subject-rules.ts';

export interface SubjectsOptions extends SubjectRulesOptions {
  directory: Pick<AccountDirectory, 'findAccount'>;
  store: BrandStore;
  /** Seconds: no session or token outlives it. */
  lifetime: number;
  log: Log;
}

/**
 * The one place that names a consumer for a client, so that every token, endpoint and notice says the same. Where a
 * template gives no subject the consumer is not served at that client: any other would be another person to the
 * platform.
 */
export interface Subjects {
  /** For an account that was just found; undefined, and a line in the log, when it has no subject there. */
  of(account: Account, client: Client, ctx?: Requested): string | undefined;
  /** Keeps what a session's tokens say, for a notice after the account is gone. */
  remember(account: Account, client: Client): Promise<void>;
  /** oidc-provider's pairwiseIdentifier. Throws when there is no subject: `of` has refused the request before. */
  find(ctx: KoaContextWithOIDC | undefined, accountId: string, client: Client): Promise<string>;
}

const model = 'Subject';

/** Of a request, so that each place of one answer names the consumer by one record. */
const found = createRequestNote<Account>('account found');

export function createSubjects(options: SubjectsOptions): Subjects {
  const { directory, store, log } = options;
  const rules = createSubjectRules(options);

  async function findByTemplate(
    ctx: Requested | undefined,
    { accountId, client }: { accountId: string; client: Client },
  ): Promise<SubjectOutcome> {
    const known = ctx && found.find(ctx);
    if (known?.accountId === accountId) return rules.of(known, client);
    // A notice about the end of a session, when the account may be gone: what its tokens said.
    const remembered = await store.find(model, accountAtClient(accountId, client.clientId));
    if (typeof remembered?.['sub'] === 'string') return { subject: remembered['sub'] };
    const account = await directory.findAccount(accountId);
    return account ? rules.of(account, client) : { problem: 'the account is gone' };
  }

  return {
    of(account, client, ctx) {
      if (ctx) found.write(ctx, account);
      const outcome = rules.of(account, client);
      if ('subject' in outcome) return outcome.subject;
      log.error(
        { clientId: client.clientId, accountId: account.accountId, reason: outcome.problem },
        'an account has no subject at a client: it is not signed in there',
      );
      return undefined;
    },
    async remember(account, client) {
      if (!rules.templateOf(client.clientId)) return;
      const outcome = rules.of(account, client);
      if (!('subject' in outcome)) return;
      const id = accountAtClient(account.accountId, client.clientId);
      await store.upsert(model, id, { sub: outcome.subject }, options.lifetime);
    },
    async find(ctx, accountId, client) {
      if (!rules.templateOf(client.clientId)) return rules.nameAccount(accountId, client);
      const outcome = await findByTemplate(ctx, { accountId, client });
      if ('subject' in outcome) return outcome.subject;
      throw new Error(`the consumer has no subject at this client: ${outcome.problem}`);
    },
  };
}
