import type { Client, KoaContextWithOIDC } from 'oidc-provider';
import { compileSubject, type SubjectTemplate } from '../claims/subject-template.ts';
import type { Account, AccountDirectory } from '../directory/contract.ts';
import type { Log } from '../log.ts';
import type { ResolvedClient } from '../platform/resolve-client.ts';
import type { BrandStore } from '../store/contract.ts';
import { accountAtClient } from './account-at-client.ts';
import { createPairwiseSubject } from './pairwise-subject.ts';

export interface SubjectsOptions {
  /** The brand's; a client's own wins. */
  subject: ResolvedClient['subject'];
  clients: readonly ResolvedClient[];
  pairwiseSalt: string;
  directory: Pick<AccountDirectory, 'findAccount'>;
  store: BrandStore;
  /** Seconds: no session or token outlives it. */
  lifetime: number;
  log: Log;
}

/**
 * The one place that knows how a client's tokens name a consumer: `public` is the account id, `pairwise` a value
 * of the client's sector, a template a value of the account's record. Where a template gives none the consumer is
 * not served at that client: any other subject would be another person to the platform.
 */
export interface Subjects {
  /** For an account that was just found; undefined, and a line in the log, when it has no subject there. */
  of(account: Account, client: Client, ctx?: object): string | undefined;
  /** Keeps what a session's tokens say, for a notice after the account is gone. */
  remember(account: Account, client: Client): Promise<void>;
  /** oidc-provider's pairwiseIdentifier. Throws when there is no subject: `of` has refused the request before. */
  find(ctx: KoaContextWithOIDC | undefined, accountId: string, client: Client): Promise<string>;
}

export function createSubjects(options: SubjectsOptions): Subjects {
  const { directory, store, log } = options;
  const pairwise = createPairwiseSubject(options.pairwiseSalt);
  const templates = compileTemplates(options);
  /** Accounts found for a request, so that each place of one answer names the consumer by one record. */
  const found = new WeakMap<object, Account>();

  function evaluate(template: SubjectTemplate, account: Account, clientId: string): string | undefined {
    const outcome = template(account.record);
    if ('subject' in outcome) return outcome.subject;
    log.error(
      { clientId, accountId: account.accountId, reason: outcome.problem },
      'an account has no subject at a client: it is not signed in there',
    );
    return undefined;
  }

  async function findByTemplate(
    template: SubjectTemplate,
    { ctx, accountId, clientId }: { ctx: object | undefined; accountId: string; clientId: string },
  ): Promise<string> {
    const known = ctx && found.get(ctx);
    if (known?.accountId === accountId) return evaluate(template, known, clientId) ?? refuse();
    // A notice about the end of a session, when the account may be gone: what its tokens said.
    const remembered = await store.find(model, accountAtClient(accountId, clientId));
    if (typeof remembered?.['sub'] === 'string') return remembered['sub'];
    const account = await directory.findAccount(accountId);
    return (account && evaluate(template, account, clientId)) ?? refuse();
  }

  return {
    of(account, client, ctx) {
      if (ctx) found.set(ctx, account);
      const template = templates.get(client.clientId);
      if (template) return evaluate(template, account, client.clientId);
      return client.subjectType === 'pairwise'
        ? pairwise(undefined, account.accountId, client)
        : account.accountId;
    },
    async remember(account, { clientId }) {
      const outcome = templates.get(clientId)?.(account.record);
      if (!outcome || !('subject' in outcome)) return;
      const id = accountAtClient(account.accountId, clientId);
      await store.upsert(model, id, { sub: outcome.subject }, options.lifetime);
    },
    async find(ctx, accountId, client) {
      const template = templates.get(client.clientId);
      if (template) return findByTemplate(template, { ctx, accountId, clientId: client.clientId });
      return client.subjectType === 'pairwise' ? pairwise(ctx, accountId, client) : accountId;
    },
  };
}

const model = 'Subject';

function compileTemplates({ subject, clients }: SubjectsOptions): Map<string, SubjectTemplate> {
  const templates = clients.flatMap((client) => {
    const own = client.subject ?? subject;
    return typeof own === 'object' ? [[client.id, compileSubject(own.template)] as const] : [];
  });
  return new Map(templates);
}

function refuse(): never {
  throw new Error('the consumer has no subject at this client');
}
