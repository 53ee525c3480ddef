import type { LiveChatConfig } from '../../config/brand-schema.ts';
import type { Minted, VendorIdentity } from '../broker/token-vendor.ts';
import { VendorError } from '../broker/vendor-error.ts';
import type { AccountsApi } from './accounts-api.ts';
import type { CustomerGrant } from './customer-grant.ts';

/**
 * `grant_type=cookie`: the pair `__lc_cid`, `__lc_cst` that LiveChat's widget keeps in a browser is kept by us. The
 * answer carries the next secret; a stale one silently makes another customer, so no call is ever repeated.
 */
export function createCookieGrant(
  settings: LiveChatConfig,
  { api, now }: { api: AccountsApi; now(): number },
): CustomerGrant {
  async function ask(identity: VendorIdentity | undefined, beginsBy?: number): Promise<Minted> {
    const askedAt = now();
    const answer = await api.askForToken({
      json: {
        grant_type: 'cookie',
        client_id: settings.client_id,
        response_type: 'token',
        redirect_uri: settings.redirect_uri,
        ...(settings.addressing === 'v2'
          ? { organization_id: settings.organization_id }
          : { license_id: settings.license_id }),
      },
      ...(identity && {
        headers: { cookie: `__lc_cid=${identity.customerId}; __lc_cst=${identity.secret ?? ''}` },
      }),
      repeatable: false,
      beginsBy,
    });
    const token = api.readToken(answer, askedAt);
    const secret = findCookie(answer.headers, '__lc_cst');
    if (secret === undefined)
      throw new VendorError('failed', 'a customer token: LiveChat set no cookie __lc_cst', {
        maybeDone: true,
      });
    return { token, secret };
  }

  return {
    needsSecret: true,
    create: (beginsBy) => ask(undefined, beginsBy),
    mint: (identity) => ask(identity),
  };
}

function findCookie(headers: Headers, name: string): string | undefined {
  const line = headers.getSetCookie().find((text) => text.startsWith(`${name}=`));
  return line?.slice(name.length + 1).split(';')[0] || undefined;
}
