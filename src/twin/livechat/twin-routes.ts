import { Router } from '@koa/router';
import type { Context, Middleware } from 'koa';
import { askConsent, giveConsent, grantAgentToken } from './agent-oauth.ts';
import type { LiveChatCall, Operation } from './calls.ts';
import { updateCustomer } from './customer-api.ts';
import { revokeToken, showToken, transferIdentity } from './customer-identity.ts';
import { type Addressing, grantCustomerToken } from './customer-token.ts';
import { AccountsException } from './accounts-exception.ts';
import { meetFault } from './meet-fault.ts';
import { type Parameters, readForm, readJson } from './read-request.ts';
import type { TwinState } from './twin-state.ts';

type Work = (ctx: Context, parameters: Parameters) => void;
type ReadBody = (ctx: Context) => Promise<Parameters>;

const nothing: ReadBody = async () => ({});

/** The addresses of LiveChat that the twin plays, in one table. */
export function createTwinRoutes(state: TwinState): Middleware {
  const router = new Router();
  const on = (operation: Operation, read: ReadBody, work: Work): Middleware =>
    serve(state, { operation, read, work });
  const customerToken = (addressing: (ctx: Context) => Addressing) =>
    on('customer_token', readJson, (ctx, parameters) =>
      grantCustomerToken(state, ctx, { parameters, addressing: addressing(ctx) }),
    );

  router.get(
    '/',
    on('consent', nothing, (ctx) => askConsent(state, ctx)),
  );
  router.post(
    '/consent',
    on('consent', readForm, (ctx, form) => giveConsent(state, ctx, form)),
  );
  for (const version of ['v1', 'v2'] as const) {
    const base = version === 'v1' ? '' : '/v2';
    router.post(
      `${base}/token`,
      on('agent_token', readForm, (ctx, form) => grantAgentToken(state, ctx, form)),
    );
    router.post(
      `${base}/customer/token`,
      customerToken(() => ({ version, groupId: undefined })),
    );
    router.post(
      `${base}/customer/:owner/:group/token`,
      customerToken((ctx) => readGroupAddress(state, ctx, version)),
    );
    router.get(
      `${base}/customer/info`,
      on('info', nothing, (ctx) => showToken(state, ctx)),
    );
    router.delete(
      `${base}/customer/token`,
      on('revoke', nothing, (ctx) => revokeToken(state, ctx)),
    );
    router.post(
      `${base}/customer/identity_transfer`,
      on('identity_transfer', readJson, (ctx, body) => transferIdentity(state, ctx, body)),
    );
  }
  router.post(
    '/v3.5/customer/action/update_customer',
    on('update_customer', readJson, (ctx, body) => updateCustomer(state, ctx, body)),
  );
  return router.routes() as unknown as Middleware;
}

/** `/v2/customer/{organization_id}/{group_id}/token`, and the license in place of the organization in v1. */
function readGroupAddress({ app }: TwinState, ctx: Context, version: 'v1' | 'v2'): Addressing {
  const { owner, group } = ctx['params'] as { owner: string; group: string };
  const expected = version === 'v1' ? String(app.licenseId) : app.organizationId;
  if (owner !== expected || !/^\d+$/.test(group))
    throw new AccountsException('resource_not_found', 'There is no such group.');
  return { version, groupId: Number(group) };
}

/** Every call is written down before anything goes wrong with it. */
function serve(
  { calls, faults }: TwinState,
  { operation, read, work }: { operation: Operation; read: ReadBody; work: Work },
): Middleware {
  return async (ctx) => {
    const call: LiveChatCall = { operation, path: ctx.path, grantType: undefined, entityId: undefined };
    calls.push(call);
    try {
      const parameters = await read(ctx);
      call.grantType = textOf(parameters['grant_type']);
      call.entityId = textOf(parameters['entity_id']) ?? ctx.cookies.get('__lc_cid');
      ctx.status = 200;
      ctx.set('Cache-Control', 'no-store');
      await meetFault(faults.take(operation), ctx, async () => work(ctx, parameters));
      call.status = ctx.status;
    } catch (error) {
      if (error instanceof AccountsException) call.status = error.status;
      throw error;
    }
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
