import type { Context } from 'koa';
import { AccountsException } from './accounts-exception.ts';
import type { Customer } from './customers.ts';
import { bearerOf, optionalText, type Parameters, requireText } from './read-request.ts';
import type { TwinState } from './twin-state.ts';

/** Seconds. */
const transferLifetime = 3600;

/** `GET …/customer/info` */
export function showToken({ app, credentials }: TwinState, ctx: Context): void {
  const token = bearerOf(ctx) ?? (typeof ctx.query['code'] === 'string' ? ctx.query['code'] : undefined);
  const about = credentials.find('customer', token);
  if (!about) throw invalidToken();
  ctx.body = {
    access_token: token,
    client_id: about.clientId,
    entity_id: about.customerId,
    expires_in: about.expiresIn,
    organization_id: app.organizationId,
    token_type: 'Bearer',
  };
}

/** `DELETE …/customer/token` */
export function revokeToken({ credentials }: TwinState, ctx: Context): void {
  const token = bearerOf(ctx);
  if (!token || !credentials.find('customer', token)) throw invalidToken();
  credentials.revoke('customer', token);
  ctx.body = {};
}

/** `POST …/customer/identity_transfer`: a one-time code that another device exchanges for a token. */
export function transferIdentity(state: TwinState, ctx: Context, parameters: Parameters): void {
  if (requireText(parameters, 'client_id') !== state.app.clientId)
    throw new AccountsException('unauthorized_client', 'There is no such client.');
  const customer = customerOf(state, ctx, parameters);
  const about = { customerId: customer.id, challenge: optionalText(parameters, 'code_challenge') };
  ctx.body = {
    identity_transfer_token: state.credentials.issue('transfer', about, transferLifetime),
    expires_in: transferLifetime,
  };
}

function customerOf({ credentials, customers }: TwinState, ctx: Context, parameters: Parameters): Customer {
  const bearerType = requireText(parameters, 'bearer_type');
  if (bearerType === 'agent') {
    if (!credentials.find('agent', bearerOf(ctx))) throw invalidToken();
    const customer = customers.find(requireText(parameters, 'customer_id'));
    if (customer) return customer;
    throw new AccountsException('resource_not_found', 'There is no such customer.', 'identity_exception');
  }
  if (bearerType !== 'customer')
    throw new AccountsException('invalid_request', 'The bearer_type must be agent or customer.');
  const customer = customers.find(credentials.find('customer', bearerOf(ctx))?.customerId ?? '');
  if (!customer) throw invalidToken();
  return customer;
}

function invalidToken(): AccountsException {
  return new AccountsException('access_denied', 'The access token is invalid or expired.');
}
