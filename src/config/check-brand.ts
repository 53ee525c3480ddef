import type { BrandConfig } from './brand-schema.ts';
import { checkAccounts } from './checks/check-accounts.ts';
import { checkClaims } from './checks/check-claims.ts';
import { checkClientAddresses } from './checks/check-client-addresses.ts';
import { checkClientCredentials } from './checks/check-client-credentials.ts';
import { checkClientFlows } from './checks/check-client-flows.ts';
import { checkClientIds } from './checks/check-client-ids.ts';
import { checkClientSecrets } from './checks/check-client-secrets.ts';
import { checkDemoSecrets } from './checks/check-demo-secrets.ts';
import { checkInternalHosts } from './checks/check-internal-hosts.ts';
import { checkIssuer } from './checks/check-issuer.ts';
import { checkKeys } from './checks/check-keys.ts';
import { checkLimits } from './checks/check-limits.ts';
import { checkLogin } from './checks/check-login.ts';
import { checkLiveChat } from './checks/check-livechat.ts';
import { checkPages } from './checks/check-pages.ts';
import { checkRedirectUris } from './checks/check-redirect-uris.ts';
import { checkResources } from './checks/check-resources.ts';
import { checkSameSite } from './checks/check-same-site.ts';
import { checkScopes } from './checks/check-scopes.ts';
import { checkSessionCookies } from './checks/check-session-cookies.ts';
import { checkSession } from './checks/check-session.ts';
import { checkUpstream } from './checks/check-upstream.ts';
import type { ConfigPath, Problem } from './contract.ts';

export interface CheckContext {
  production: boolean;
  /** Milliseconds since the epoch. */
  now: number;
  /** The value at the path is our repair of a mistake: nothing can be concluded from it for other keys. */
  isDoubtful: (path: ConfigPath) => boolean;
}

/** The rules for one brand, in the order of its file. */
const rules: readonly ((brand: BrandConfig, context: CheckContext) => Problem[])[] = [
  checkIssuer,
  checkAccounts,
  checkLogin,
  checkUpstream,
  checkSessionCookies,
  checkClaims,
  checkScopes,
  checkResources,
  checkSession,
  checkKeys,
  checkLimits,
  checkClientIds,
  checkClientCredentials,
  checkClientSecrets,
  checkClientFlows,
  checkRedirectUris,
  checkClientAddresses,
  checkInternalHosts,
  checkLiveChat,
  checkPages,
  checkSameSite,
  checkDemoSecrets,
];

export function checkBrand(brand: BrandConfig, context: CheckContext): Problem[] {
  return rules.flatMap((rule) => rule(brand, context));
}
