import { z } from 'zod';
import type { LiveChatConfig } from '../../config/brand-schema.ts';
import type { VendorAnswer } from '../broker/vendor-answer.ts';
import { VendorError } from '../broker/vendor-error.ts';
import type { VendorHttp, VendorRequest } from '../broker/vendor-http.ts';
import type { TransferCode } from '../token-broker.ts';
import type { VendorToken } from '../broker/token-vendor.ts';
import { findException, toRefusal } from './read-exception.ts';

/**
 * LiveChat's Customer Accounts API (https://platform.text.com/docs/authorization/customer-authorization), v2 and
 * v1, and `update_customer` of its Customer Chat API. It speaks of seconds; we of milliseconds.
 */
export interface AccountsApi {
  /** `POST …/customer/token`: the answer as it came, whatever its status below 500. */
  askForToken(
    request: Pick<VendorRequest, 'headers' | 'repeatable' | 'beginsBy'> & { json: object },
  ): Promise<VendorAnswer>;
  /** The token of such an answer. @throws VendorError where there is none */
  readToken(answer: VendorAnswer, askedAt: number): VendorToken;
  revoke(accessToken: string): Promise<void>;
  transferIdentity(accessToken: string, challenge: string | undefined): Promise<TransferCode>;
  updateCustomer(accessToken: string, profile: { name?: string; email?: string }): Promise<void>;
}

const tokenSchema = z.object({
  access_token: z.string().min(1),
  entity_id: z.string().min(1),
  expires_in: z.number().positive(),
  token_type: z.string().regex(/^bearer$/i),
  organization_id: z.string().optional(),
});
const transferSchema = z.object({
  identity_transfer_token: z.string().min(1),
  expires_in: z.number().positive(),
});

export function createAccountsApi(settings: LiveChatConfig, http: VendorHttp): AccountsApi {
  const customer = `${settings.accounts_url}${settings.addressing === 'v2' ? '/v2' : ''}/customer`;
  const owner = settings.addressing === 'v2' ? settings.organization_id : settings.license_id;
  // Separated groups have an address of their own.
  const tokenUrl =
    settings.group_id === undefined ? `${customer}/token` : `${customer}/${owner}/${settings.group_id}/token`;

  return {
    askForToken: (request) => http.send({ method: 'POST', url: tokenUrl, ...request }),

    readToken(answer, askedAt) {
      if (answer.status !== 200 || findException(answer) !== undefined)
        throw toRefusal(answer, 'a customer token');
      const parsed = tokenSchema.safeParse(answer.body);
      if (!parsed.success)
        throw new VendorError('failed', "a customer token: LiveChat's answer lacks what a token needs", {
          maybeDone: true,
        });
      const { access_token: accessToken, entity_id: customerId, expires_in: seconds } = parsed.data;
      checkOwner(parsed.data.organization_id, settings);
      return { accessToken, customerId, createdAt: askedAt, expiresAt: askedAt + seconds * 1000 };
    },

    async revoke(accessToken) {
      const headers = bearer(accessToken);
      const answer = await http.send({
        method: 'DELETE',
        url: `${customer}/token`,
        headers,
        repeatable: true,
      });
      // 401: revoked or ended before, which is what was wanted.
      if (answer.status !== 200 && answer.status !== 204 && answer.status !== 401)
        throw toRefusal(answer, 'a revocation');
    },

    async transferIdentity(accessToken, challenge) {
      const answer = await http.send({
        method: 'POST',
        url: `${customer}/identity_transfer`,
        headers: bearer(accessToken),
        json: {
          bearer_type: 'customer',
          client_id: settings.client_id,
          ...(challenge !== undefined && { code_challenge: challenge }),
        },
        repeatable: true,
      });
      const parsed = transferSchema.safeParse(answer.body);
      if (answer.status !== 200 || !parsed.success) throw toRefusal(answer, 'an identity transfer');
      return { code: parsed.data.identity_transfer_token, expiresIn: parsed.data.expires_in };
    },

    async updateCustomer(accessToken, profile) {
      const query = new URLSearchParams({ organization_id: settings.organization_id }).toString();
      const { status } = await http.send({
        method: 'POST',
        url: `${settings.api_url}/v3.5/customer/action/update_customer?${query}`,
        headers: bearer(accessToken),
        json: profile,
        repeatable: true,
      });
      if (status !== 200) throw new VendorError('failed', `update_customer: LiveChat answered ${status}`);
    },
  };
}

function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

/** A token for another license's widget would be refused there, where nobody sees why. */
function checkOwner(organizationId: string | undefined, settings: LiveChatConfig): void {
  if (organizationId === undefined || organizationId === settings.organization_id) return;
  throw new VendorError(
    'failed',
    'LiveChat answered for another organization: compare livechat.organization_id with the license of the app',
    { maybeDone: true },
  );
}
