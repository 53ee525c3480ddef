import type { MappedBrand } from '../claims/claim-names.ts';
import { type ClaimExplanation, explainClaims } from '../claims/explain-claims.ts';
import { personalClaims } from '../claims/personal-claims.ts';
import type { SubjectOutcome } from '../claims/subject-template.ts';
import type { BrandConfig, ClientConfig } from '../config/brand-schema.ts';
import type { Config } from '../config/contract.ts';
import type { Account, AccountDirectory } from '../directory/contract.ts';
import { createSubjectRules, toSubjectClient } from '../issuer/subject-rules.ts';
import { loadPairwiseSalt } from '../keys/pairwise-salt.ts';
import { createLog } from '../log.ts';
import { openAccounts } from '../brand/open-accounts.ts';
import { openConfiguredStore } from '../brand/open-configured-store.ts';
import { resolveClient } from '../platform/resolve-client.ts';

/** What one client's tokens would say about one account. */
export interface ShownClaims {
  subject: SubjectOutcome;
  tokens: { token: string; claims: ClaimExplanation[] }[];
  /** Names of the claims whose values are the consumer's own. */
  personal: string[];
}

export interface ShowClaimsRequest {
  brand: BrandConfig;
  client: ClientConfig;
  accountId: string;
  scopes: readonly string[];
}

/** As the running server would release them now, out of the brand's own directory; undefined: no such account. */
export async function showClaims(
  config: Config,
  { brand, client, accountId, scopes }: ShowClaimsRequest,
): Promise<ShownClaims | undefined> {
  const log = createLog({ level: 'silent' });
  const store = openConfiguredStore(config, log);
  try {
    const directory = await openAccounts({ brand, store, log, now: Date.now });
    try {
      return await explainAccount(config, directory, { brand, client, accountId, scopes });
    } finally {
      await directory.close();
    }
  } finally {
    await store.close();
  }
}

/** The same, beside a directory that is open. */
export async function explainAccount(
  config: Config,
  directory: Pick<AccountDirectory, 'findAccount'>,
  { accountId, ...request }: ShowClaimsRequest,
): Promise<ShownClaims | undefined> {
  const account = await directory.findAccount(accountId);
  return account && (await explain(config, { ...request, account }));
}

/** Without the values of claims that are the consumer's own. */
export function redactClaims<Shown extends Pick<ShownClaims, 'personal' | 'tokens'>>(shown: Shown): Shown {
  const personal = new Set(shown.personal);
  return {
    ...shown,
    tokens: shown.tokens.map(({ token, claims }) => ({
      token,
      claims: claims.map((claim) =>
        'value' in claim && personal.has(claim.claim) ? { ...claim, value: '(personal)' } : claim,
      ),
    })),
  };
}

async function explain(
  config: Config,
  { brand, client, account, scopes }: Omit<ShowClaimsRequest, 'accountId'> & { account: Account },
): Promise<ShownClaims> {
  const clients = brand.clients.map(resolveClient);
  const resolved = resolveClient(client);
  const mapped: MappedBrand = { claims: brand.claims, scopes: brand.scopes, clients };
  const { flows } = resolved;
  const isPairwise = (client.subject ?? brand.subject) === 'pairwise';
  const salt = { folder: config.server.keys, brand: brand.brand, create: false };
  const rules = createSubjectRules({
    subject: brand.subject,
    clients,
    pairwiseSalt: isPairwise ? await loadPairwiseSalt(salt) : '',
  });
  const release = { client: resolved, account, scopes };
  const hasAccessToken = flows.some((flow) => flow !== 'implicit') || (resolved.grants ?? []).length > 0;
  return {
    subject: rules.of(account, toSubjectClient(resolved, brand)),
    tokens: [
      ...(hasAccessToken
        ? [
            { token: 'ID token', claims: explainClaims(mapped, { ...release, use: 'id_token' }) },
            { token: 'userinfo', claims: explainClaims(mapped, { ...release, use: 'userinfo' }) },
          ]
        : []),
      ...(flows.includes('implicit')
        ? [
            {
              token: 'ID token of the implicit flow',
              claims: explainClaims(mapped, { ...release, use: 'id_token', onlyIdToken: true }),
            },
          ]
        : []),
    ],
    personal: personalClaims({ pii: brand.pii, clients }),
  };
}
