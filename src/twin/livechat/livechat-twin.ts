import { randomBytes as randomBytesOfNode } from 'node:crypto';
import Koa, { type Context, type Next } from 'koa';
import { AccountsException } from './accounts-exception.ts';
import { issueAgentTokens } from './agent-oauth.ts';
import type { AppRegistration } from './app-registration.ts';
import type { LiveChatCall, Operation } from './calls.ts';
import { createCredentialStore } from './credentials.ts';
import { createCustomers, type Customer } from './customers.ts';
import { createFaults, type Faults } from './faults.ts';
import { createTwinRoutes } from './twin-routes.ts';
import { type TwinState, usualLifetime } from './twin-state.ts';

/**
 * LiveChat's own side: the accounts API (`accounts.livechat.com`, both versions), the administrator's consent, and
 * `update_customer` of the chat API. It answers lifetimes in seconds, as LiveChat does. One listener plays both hosts.
 */
export interface LiveChatTwinOptions {
  app: AppRegistration;
  /** Seconds that customer tokens live; default 28800. */
  tokenLifetime?: number;
  /** Takes customers of an earlier run for its own, as LiveChat would know them. */
  adoptsCustomers?: boolean;
  /** Milliseconds since 1970. */
  now?: () => number;
  randomBytes?: (size: number) => Buffer;
}

export interface LiveChatTwin {
  /** To be mounted, or listened with: `createServer(twin.app.callback())`. */
  app: Koa;
  control: LiveChatControl;
}

/** What a test or the demo sees of LiveChat, and does to it. */
export interface LiveChatControl {
  /** Every call so far, oldest first. */
  calls: readonly LiveChatCall[];
  count(operation: Operation): number;
  customers(): readonly Customer[];
  faults: Pick<Faults, 'set' | 'clear'>;
  /** Tokens of an administrator who has consented. */
  connectAgent(): { accessToken: string; refreshToken: string };
  /** What an administrator does who withdraws the app, or the passing of eight hours. */
  revokeAgents(what: 'access' | 'access_and_refresh'): void;
  /** The customer's secret changes without the owner being told. */
  staleSecret(customerId: string): void;
  /** Whose customer access token this is; undefined when it is revoked, expired or nobody's. */
  findCustomer(accessToken: string): Customer | undefined;
  /** A customer's token is dead before its time. */
  revokeCustomerToken(accessToken: string): void;
  /** As after an account of LiveChat was emptied: no calls, no customers, no tokens of customers. */
  forget(): void;
  /** How many customer access tokens are alive. */
  countLiveTokens(): number;
}

export function createLiveChatTwin(options: LiveChatTwinOptions): LiveChatTwin {
  const state = createState(options);
  const app = new Koa();
  app.use(answerExceptions);
  app.use(allowPages(state.app));
  app.use(createTwinRoutes(state));
  return { app, control: createControl(state) };
}

function createState({
  app,
  tokenLifetime = usualLifetime,
  adoptsCustomers = false,
  now = Date.now,
  randomBytes = randomBytesOfNode,
}: LiveChatTwinOptions): TwinState {
  const hex = (bytes: number) => randomBytes(bytes).toString('hex');
  return {
    app,
    tokenLifetime,
    calls: [],
    faults: createFaults(),
    customers: createCustomers({ hex, uuid: () => toUuid(hex(16)), adopts: adoptsCustomers }),
    credentials: createCredentialStore({ now, token: () => `dal:${randomBytes(16).toString('base64url')}` }),
  };
}

function toUuid(hex: string): string {
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-8$4-$5');
}

function createControl(state: TwinState): LiveChatControl {
  const { credentials, customers, faults, calls } = state;
  return {
    calls,
    count: (operation) => calls.filter((call) => call.operation === operation).length,
    customers: () => customers.all(),
    faults,
    connectAgent() {
      const { access_token: accessToken, refresh_token: refreshToken } = issueAgentTokens(state);
      return { accessToken, refreshToken };
    },
    revokeAgents(what) {
      credentials.revokeAll('agent');
      if (what === 'access_and_refresh') credentials.revokeAll('refresh');
    },
    staleSecret(customerId) {
      const customer = customers.find(customerId);
      if (customer) customers.rotateSecret(customer);
    },
    findCustomer: (token) => customers.find(credentials.find('customer', token)?.customerId ?? ''),
    revokeCustomerToken: (token) => credentials.revoke('customer', token),
    forget() {
      calls.length = 0;
      customers.forget();
      credentials.revokeAll('customer');
    },
    countLiveTokens: () => credentials.count('customer'),
  };
}

async function answerExceptions(ctx: Context, next: Next): Promise<void> {
  try {
    await next();
  } catch (error) {
    if (!(error instanceof AccountsException)) throw error;
    ctx.status = error.status;
    ctx.body = error.toBody();
  }
}

/** Browsers call the accounts themselves where no custom identity provider is used: exact origins of the app. */
function allowPages({ redirectUris }: AppRegistration) {
  const origins = new Set(redirectUris.map((uri) => new URL(uri).origin));
  return async (ctx: Context, next: Next): Promise<void> => {
    const origin = ctx.get('Origin');
    if (origins.has(origin)) {
      ctx.vary('Origin');
      ctx.set('Access-Control-Allow-Origin', origin);
      ctx.set('Access-Control-Allow-Credentials', 'true');
    }
    if (ctx.method !== 'OPTIONS') return next();
    ctx.set('Access-Control-Allow-Methods', 'GET, POST, DELETE');
    ctx.set('Access-Control-Allow-Headers', 'Authorization, Content-Type');
    ctx.status = 204;
  };
}
