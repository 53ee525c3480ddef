import type { Client } from 'oidc-provider';
import { compileSubject, type SubjectOutcome, type SubjectTemplate } from '../claims/subject-template.ts';
import type { BrandConfig } from '../config/brand-schema.ts';
import type { Account } from '../directory/contract.ts';
import type { ResolvedClient } from '../platform/resolve-client.ts';
import { createPairwiseSubject } from './pairwise-subject.ts';

/** What of a client decides its subjects. */
export type SubjectClient = Pick<Client, 'clientId' | 'subjectType' | 'sectorIdentifierUri' | 'redirectUris'>;

export interface SubjectRulesOptions {
  /** The brand's; a client's own wins. */
  subject: ResolvedClient['subject'];
  clients: readonly ResolvedClient[];
  pairwiseSalt: string;
}

/**
 * How a client's tokens name a consumer: `public` is the account id, `pairwise` a value of the client's sector, a
 * template a value of the account's record.
 */
export interface SubjectRules {
  templateOf(clientId: string): SubjectTemplate | undefined;
  /** For a client without a template. */
  nameAccount(accountId: string, client: SubjectClient): string;
  of(account: Account, client: SubjectClient): SubjectOutcome;
}

export function createSubjectRules({ subject, clients, pairwiseSalt }: SubjectRulesOptions): SubjectRules {
  const pairwise = createPairwiseSubject(pairwiseSalt);
  const templates = new Map(
    clients.flatMap((client) => {
      const own = client.subject ?? subject;
      return typeof own === 'object' ? [[client.id, compileSubject(own.template)] as const] : [];
    }),
  );
  const nameAccount: SubjectRules['nameAccount'] = (accountId, client) =>
    client.subjectType === 'pairwise' ? pairwise(accountId, client) : accountId;
  return {
    templateOf: (clientId) => templates.get(clientId),
    nameAccount,
    of(account, client) {
      const template = templates.get(client.clientId);
      return template?.(account.record) ?? { subject: nameAccount(account.accountId, client) };
    },
  };
}

/** A template is a pairwise subject to the library, which then asks us for it; its sector decides nothing. */
export function subjectMetadata(
  { subject, sector_identifier_uri: sector }: ResolvedClient,
  brand: Pick<BrandConfig, 'subject'>,
): { subject_type: 'public' | 'pairwise'; sector_identifier_uri: string | undefined } {
  const own = subject ?? brand.subject;
  if (typeof own === 'string') return { subject_type: own, sector_identifier_uri: sector };
  return { subject_type: 'pairwise', sector_identifier_uri: sector ?? 'https://subject-template.invalid/' };
}

/** As the library's own Client would say it. */
export function toSubjectClient(client: ResolvedClient, brand: Pick<BrandConfig, 'subject'>): SubjectClient {
  const { subject_type: subjectType, sector_identifier_uri: sector } = subjectMetadata(client, brand);
  return {
    clientId: client.id,
    subjectType,
    redirectUris: client.redirect_uris,
    ...(sector !== undefined && { sectorIdentifierUri: sector }),
  };
}
