import Koa, { type Context, type Middleware } from 'koa';
import { Router } from '@koa/router';
import { ParleyError } from '../errors.ts';
import { refuseEncodedBodies } from '../http/refuse-encoded-bodies.ts';
import { requestId } from '../http/request-id.ts';
import { type Admit, createAdmission } from './admission.ts';
import { createAccountOperations } from './account-operations.ts';
import type { AdminOptions } from './admin-options.ts';
import { AdminRefusal } from './admin-refusal.ts';
import { createAuditOperations } from './audit-operations.ts';
import { createClientOperations } from './client-operations.ts';
import { createKeyOperations } from './key-operations.ts';
import { createLimitOperations } from './limit-operations.ts';
import { createLoggingOperations } from './logging-operations.ts';
import { basePath, createOpenApi } from './openapi.ts';
import type { Operation, OperationCall } from './operation.ts';
import { createProcessOperations } from './process-operations.ts';
import { readInputs } from './read-inputs.ts';
import { renderRefusal } from './render-refusal.ts';

/** The admin interface as an application of its own; server.yaml's `admin` says where it listens. */
export function createAdminApp(options: AdminOptions): Koa {
  const operations = [
    ...createProcessOperations(options),
    ...createClientOperations(options),
    ...createAccountOperations(options),
    ...createLimitOperations(options),
    ...createKeyOperations(options),
    ...createAuditOperations(options),
    ...createLoggingOperations(options),
  ];
  const router = new Router({ prefix: basePath, sensitive: true, strict: true });
  const document = createOpenApi(operations);
  router.get('/openapi.json', (ctx) => {
    ctx.body = document;
  });
  const admit = createAdmission(options);
  for (const one of operations) {
    router[one.method](one.path.replaceAll(/\{(\w+)\}/g, ':$1'), serve(one, { admit, options }));
  }
  const app = new Koa();
  app.on('error', (error) => options.log.error({ detail: String(error) }, 'admin answer could not be sent'));
  app.use(requestId);
  app.use(renderRefusal(options));
  app.use(programsOnly);
  app.use(refuseEncodedBodies);
  app.use(router.routes());
  return app;
}

/** Each call leaves its line in the audit log, whatever comes of it. */
function serve(one: Operation, { admit, options }: { admit: Admit; options: AdminOptions }): Middleware {
  return async (ctx) => {
    let outcome = 'ok';
    const supportId = String(ctx.state['requestId']);
    const audit: OperationCall['audit'] = {
      record: (event, facts) => options.audit.record(event, Object.assign({ supportId }, facts)),
    };
    try {
      await admit(ctx, one);
      const inputs = await readInputs(ctx, one);
      // Only what the document promises leaves: an answer with more than that is our fault, and none.
      ctx.body = one.answer.parse(await one.run({ ...inputs, audit }));
    } catch (error) {
      outcome = codeOf(error);
      throw error;
    } finally {
      audit.record('admin.called', {
        operation: one.id,
        by: String(ctx.state['caller'] ?? 'unproved'),
        outcome,
        address: ctx.ip,
        ...named(ctx),
      });
    }
  };
}

/** What was asked about, as far as the address was well-formed. */
function named(ctx: Context): { brand?: string; accountId?: string } {
  const { brand, account } = (ctx['params'] ?? {}) as Record<string, string>;
  return {
    ...(brand !== undefined && /^[a-z0-9-]{1,63}$/.test(brand) && { brand }),
    ...(account !== undefined && { accountId: account.slice(0, 255) }),
  };
}

function codeOf(error: unknown): string {
  return error instanceof AdminRefusal || error instanceof ParleyError ? error.code : 'server_error';
}

/** A browser says that it is one; a page that rides on an operator's certificate gets nothing. */
const programsOnly: Middleware = async (ctx, next) => {
  if (ctx.get('origin') !== '' || ctx.get('sec-fetch-site') !== '') {
    throw new AdminRefusal(403, 'programs_only', 'this interface is not for browsers');
  }
  await next();
};
