import type { LiveChatConfig } from '../../config/brand-schema.ts';
import type { Minted } from '../broker/token-vendor.ts';
import type { VendorAnswer } from '../broker/vendor-answer.ts';
import { VendorError } from '../broker/vendor-error.ts';
import type { AccountsApi } from './accounts-api.ts';
import type { AgentTokens } from './agent-tokens.ts';
import type { CustomerGrant } from './customer-grant.ts';
import { findException } from './read-exception.ts';

/** `grant_type=agent_token`: an administrator's token speaks for any customer of the license. */
export function createAgentTokenGrant(
  settings: LiveChatConfig,
  { api, agents, now }: { api: AccountsApi; agents: AgentTokens; now(): number },
): CustomerGrant {
  async function ask(entityId: string | undefined, beginsBy?: number): Promise<Minted> {
    const askedAt = now();
    const send = (agentToken: string): Promise<VendorAnswer> =>
      api.askForToken({
        headers: { authorization: `Bearer ${agentToken}` },
        json: {
          grant_type: 'agent_token',
          client_id: settings.client_id,
          response_type: 'token',
          ...(entityId !== undefined && { entity_id: entityId }),
          ...(settings.token_lifetime !== undefined && { expires_in: settings.token_lifetime }),
        },
        // Without an entity_id each call makes a customer.
        repeatable: entityId !== undefined,
        beginsBy,
      });
    const token = await agents.get();
    let answer = await send(token);
    // A refusal has made nobody: with another agent token the same may be asked once more.
    if (answer.status === 401) answer = await send(await agents.renew(token));
    if (answer.status === 401) throw refused(answer);
    if (answer.status === 404) throw unknownCustomer(entityId);
    return { token: api.readToken(answer, askedAt) };
  }

  return {
    needsSecret: false,
    create: (beginsBy) => ask(undefined, beginsBy),
    mint: ({ customerId }) => ask(customerId),
  };
}

function refused(answer: VendorAnswer): VendorError {
  const code = findException(answer) ?? 'no code';
  const advice =
    'is livechat.client_id the app that the administrator consented to, and has it the scope customers:own?';
  return new VendorError('access_refused', `LiveChat refuses a new agent token too (${code}): ${advice}`);
}

function unknownCustomer(entityId: string | undefined): VendorError {
  return entityId === undefined
    ? new VendorError(
        'failed',
        'a customer token: LiveChat answered 404; are organization_id and group_id right?',
      )
    : new VendorError('customer_unknown', 'LiveChat does not know the customer that the link names');
}
