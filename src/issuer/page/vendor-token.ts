import type { TokenBroker } from '../../platform/token-broker.ts';
import { type FindPageConsumer, type PageCall, type PageConsumer, refuse } from './page-call.ts';

/** What a page may ask of a platform that mints its own tokens: `/page/<platform>/<operation>`. */
const operations = { token, fresh, has, invalidate, transfer } as const;

export interface VendorRoute {
  platform: string;
  operation: keyof typeof operations;
}

export interface VendorTokenOptions {
  /** By client id. */
  brokers: ReadonlyMap<string, TokenBroker>;
  findConsumer: FindPageConsumer;
}

export function findVendorRoute(path: string): VendorRoute | undefined {
  const [, platform, operation] = /^\/page\/([a-z]+)\/([a-z]+)$/.exec(path) ?? [];
  if (platform === undefined || operation === undefined || !Object.hasOwn(operations, operation))
    return undefined;
  return { platform, operation: operation as VendorRoute['operation'] };
}

/**
 * Answers for the consumer of our session and for nobody whom the request could name; a page that expects another
 * one (`expected_sub`) is told that this one is not signed in.
 */
export async function answerFromVendor(
  { brokers, findConsumer }: VendorTokenOptions,
  call: PageCall,
  { platform, operation }: VendorRoute,
): Promise<void> {
  const broker = brokers.get(call.client.id);
  if (broker?.platform !== platform)
    return refuse(call.ctx, 400, 'invalid_request', `this client has no ${platform} settings`);
  const expected = call.form.get('expected_sub');
  const found = await findConsumer(call);
  const consumer = found && (expected === null || expected === found.sub) ? found : undefined;
  await operations[operation](call, broker, consumer);
}

type Consumer = PageConsumer | undefined;

async function token(call: PageCall, broker: TokenBroker, consumer: Consumer): Promise<void> {
  answerOrRefuse(call, consumer && (await broker.get(toBroker(consumer))));
}

async function fresh(call: PageCall, broker: TokenBroker, consumer: Consumer): Promise<void> {
  answerOrRefuse(call, consumer && (await broker.fresh(toBroker(consumer))));
}

async function has({ ctx }: PageCall, broker: TokenBroker, consumer: Consumer): Promise<void> {
  ctx.status = 200;
  ctx.body = { has_token: consumer ? await broker.has(toBroker(consumer)) : false };
}

async function invalidate({ ctx }: PageCall, broker: TokenBroker, consumer: Consumer): Promise<void> {
  if (consumer) await broker.invalidate(toBroker(consumer));
  ctx.status = 200;
  ctx.body = { invalidated: true };
}

async function transfer(call: PageCall, broker: TokenBroker, consumer: Consumer): Promise<void> {
  const challenge = call.form.get('code_challenge') ?? undefined;
  // RFC 7636 section 4.2.
  if (challenge !== undefined && !/^[A-Za-z0-9._~-]{43,128}$/.test(challenge))
    return refuse(call.ctx, 400, 'invalid_request', 'code_challenge must be 43 to 128 unreserved characters');
  const code = consumer && (await broker.transfer(toBroker(consumer), challenge));
  answerOrRefuse(call, code && { code: code.code, expires_in: code.expiresIn });
}

function toBroker({ accountId, session, isStillSignedIn }: PageConsumer) {
  return { accountId, sessionUid: session.uid, isStillSignedIn };
}

function answerOrRefuse({ ctx }: PageCall, answer: object | undefined): void {
  if (!answer) return refuse(ctx, 401, 'login_required', 'nobody is signed in');
  ctx.status = 200;
  ctx.body = answer;
}
