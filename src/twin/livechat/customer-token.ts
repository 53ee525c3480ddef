import type { Context } from 'koa';
import { AccountsException } from './accounts-exception.ts';
import { checkChallenge } from './check-challenge.ts';
import type { Customer } from './customers.ts';
import { bearerOf, optionalText, type Parameters, requireText } from './read-request.ts';
import type { TwinState } from './twin-state.ts';

/** Which of LiveChat's addresses was used: v2 speaks of organizations, v1 of licenses; a group separates identities. */
export interface Addressing {
  version: 'v1' | 'v2';
  groupId: number | undefined;
}

/** `POST …/customer/token`: the three grants that give a customer access token. */
export function grantCustomerToken(
  state: TwinState,
  ctx: Context,
  { parameters, addressing }: { parameters: Parameters; addressing: Addressing },
): void {
  const grantType = requireText(parameters, 'grant_type');
  const { app } = state;
  if (requireText(parameters, 'client_id') !== app.clientId)
    throw new AccountsException('unauthorized_client', 'There is no such client.');
  // Before anybody is created.
  const request = { parameters, addressing, lifetime: lifetimeOf(parameters) };
  if (grantType === 'agent_token') answer(state, ctx, { customer: byAgent(state, ctx, request), ...request });
  else if (grantType === 'cookie') {
    const customer = byCookies(state, ctx, request);
    state.customers.rotateSecret(customer);
    setCookies(ctx, customer, addressing);
    answer(state, ctx, { customer, ...request });
  } else if (grantType === 'identity_token') {
    answer(state, ctx, { customer: byTransfer(state, parameters), ...request });
  } else throw new AccountsException('unsupported_grant_type', 'This grant_type is not known.');
}

interface TokenRequest {
  parameters: Parameters;
  addressing: Addressing;
  /** Seconds. */
  lifetime: number | undefined;
}

function byAgent({ credentials, customers }: TwinState, ctx: Context, request: TokenRequest): Customer {
  requireResponseType(request.parameters);
  const agent = credentials.find('agent', bearerOf(ctx));
  if (!agent) throw new AccountsException('access_denied', 'The access token is invalid or expired.');
  if (!agent.scopes.includes('customers:own'))
    throw new AccountsException('access_denied', 'The access token lacks the scope customers:own.');
  const entityId = optionalText(request.parameters, 'entity_id');
  if (entityId === undefined) return customers.create(request.addressing.groupId);
  const customer = customers.find(entityId);
  if (customer) return customer;
  throw new AccountsException('resource_not_found', 'There is no such customer.', 'identity_exception');
}

/** Without cookies, or with a secret that is not the newest, the caller silently becomes a new customer. */
function byCookies({ app, customers }: TwinState, ctx: Context, request: TokenRequest): Customer {
  const { parameters, addressing } = request;
  requireResponseType(parameters);
  const redirectUri = optionalText(parameters, 'redirect_uri') ?? ctx.get('Origin');
  if (!app.redirectUris.includes(redirectUri))
    throw new AccountsException('invalid_request', 'The redirect_uri is not one of the app.');
  checkOwner(app, request);
  const known = customers.recognize({ id: ctx.cookies.get('__lc_cid'), secret: ctx.cookies.get('__lc_cst') });
  return known && known.groupId === addressing.groupId ? known : customers.create(addressing.groupId);
}

function byTransfer({ credentials, customers }: TwinState, parameters: Parameters): Customer {
  const transfer = credentials.take('transfer', requireText(parameters, 'code'));
  const customer = transfer && customers.find(transfer.customerId);
  if (!customer) throw new AccountsException('invalid_grant', 'The code is not known, used, or too old.');
  checkChallenge(transfer, optionalText(parameters, 'code_verifier'));
  return customer;
}

function checkOwner(app: TwinState['app'], { parameters, addressing }: TokenRequest): void {
  if (addressing.version === 'v1') {
    if (parameters['license_id'] === app.licenseId) return;
    throw new AccountsException('invalid_request', 'The license_id is missing or not the one of the app.');
  }
  // The path of a separated group names the organization already.
  const organizationId = optionalText(parameters, 'organization_id');
  const isNamed = organizationId === app.organizationId;
  if (isNamed || (organizationId === undefined && addressing.groupId !== undefined)) return;
  throw new AccountsException('invalid_request', 'The organization_id is missing or not the one of the app.');
}

function requireResponseType(parameters: Parameters): void {
  if (requireText(parameters, 'response_type') !== 'token')
    throw new AccountsException('invalid_request', 'The response_type must be token.');
}

function answer(
  { app, credentials, tokenLifetime }: TwinState,
  ctx: Context,
  { customer, lifetime, addressing }: TokenRequest & { customer: Customer },
): void {
  const expiresIn = lifetime ?? tokenLifetime;
  const about = { customerId: customer.id, clientId: app.clientId, expiresIn };
  ctx.body = {
    access_token: credentials.issue('customer', about, expiresIn),
    client_id: app.clientId,
    entity_id: customer.id,
    expires_in: expiresIn,
    token_type: 'Bearer',
    ...(addressing.version === 'v1'
      ? { license_id: app.licenseId }
      : { organization_id: app.organizationId }),
  };
}

function lifetimeOf(parameters: Parameters): number | undefined {
  const value = parameters['expires_in'];
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value;
  throw new AccountsException(
    'invalid_request',
    'The parameter expires_in is not a whole number of seconds.',
  );
}

function setCookies(ctx: Context, customer: Customer, { version }: Addressing): void {
  const path = version === 'v1' ? '/customer' : '/v2/customer';
  const attributes = `Path=${path}; Max-Age=63072000; HttpOnly; Secure; SameSite=None`;
  ctx.append('Set-Cookie', [
    `__lc_cid=${customer.id}; ${attributes}`,
    `__lc_cst=${customer.secret}; ${attributes}`,
  ]);
}
