import type { Context } from 'koa';
import { type Parameters, bearerOf } from './read-request.ts';
import type { TwinState } from './twin-state.ts';

/** `POST /v3.5/customer/action/update_customer`: name and e-mail, with the customer's own token. */
export function updateCustomer(
  { app, credentials, customers }: TwinState,
  ctx: Context,
  body: Parameters,
): void {
  if (ctx.query['organization_id'] !== app.organizationId)
    return refuse(ctx, 400, 'validation', 'organization_id is required');
  const customer = customers.find(credentials.find('customer', bearerOf(ctx))?.customerId ?? '');
  if (!customer) return refuse(ctx, 401, 'authentication', 'Invalid access token');
  const { name, email } = body;
  for (const value of [name, email]) {
    if (value !== undefined && typeof value !== 'string')
      return refuse(ctx, 400, 'validation', 'name and email are texts');
  }
  if (name === undefined && email === undefined)
    return refuse(ctx, 400, 'validation', 'at least one of name, email is required');
  Object.assign(customer, { ...(name !== undefined && { name }), ...(email !== undefined && { email }) });
  ctx.body = {};
}

/** The chat API has errors of another form than the accounts. */
function refuse(ctx: Context, status: number, type: string, message: string): void {
  ctx.status = status;
  ctx.body = { error: { type, message } };
}
