import { scryptSync, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';

/** A brand's REST account API: a real http(s) service with accounts, passwords and tags. */
export interface AccountApiOptions {
  accounts: readonly ApiAccount[];
  /** Absent: plain http. */
  tls?: ServerOptions;
  /** Who may ask; default: anybody. */
  admits?(request: IncomingMessage, body: string): boolean | Promise<boolean>;
}

export interface ApiAccount {
  id: string;
  login: string;
  password: string;
  status: 'active' | 'closed';
  [more: string]: unknown;
}

export interface AccountApi {
  /** Base of its paths: `/accounts/<id>` and `/sessions`. */
  url: string;
  port: number;
  /** One line for each request that was admitted: method, path and status. */
  served: string[];
  /** Takes the place of every answer until it is undefined again. */
  instead: RequestListener | undefined;
  connections(): number;
  /** The account as the API has it now; tests change it in place. */
  account(id: string): ApiAccount;
  cut(): Promise<void>;
  /** Brings it back after `cut`, at the same address. */
  heal(): Promise<void>;
  stop(): Promise<void>;
}

export async function startAccountApi(options: AccountApiOptions): Promise<AccountApi> {
  const accounts = new Map(options.accounts.map((account) => [account.id, { ...account }]));
  let server: Server;
  let connections = 0;

  async function listen(port: number): Promise<number> {
    const answer: RequestListener = (request, response) => void serve(request, response);
    // Never closes a connection by itself: a request could be on its way there when a machine that stood still goes on.
    const patient = { keepAliveTimeout: 0 };
    server = options.tls
      ? createTlsServer({ ...patient, ...options.tls }, answer)
      : createServer(patient, answer);
    server.on(options.tls ? 'secureConnection' : 'connection', () => {
      connections += 1;
    });
    await once(server.listen(port, 'localhost'), 'listening');
    return (server.address() as AddressInfo).port;
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (api.instead) return api.instead(request, response);
    const body = await readBody(request).catch(() => undefined);
    // Parley went away in the middle of its request.
    if (body === undefined) return;
    if (options.admits && !(await options.admits(request, body))) return void response.writeHead(401).end();
    const path = request.url ?? '';
    if (request.method === 'POST' && path === '/v1/sessions') signIn(accounts, body, response);
    else find(accounts, { path, tag: request.headers['if-none-match'] }, response);
    api.served.push(`${request.method} ${path} ${response.statusCode}`);
  }

  async function close(): Promise<void> {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  }

  const api: AccountApi = {
    url: '',
    port: 0,
    served: [],
    instead: undefined,
    connections: () => connections,
    account(id) {
      const account = accounts.get(id);
      if (!account) throw new Error(`no account ${id}`);
      return account;
    },
    cut: close,
    async heal() {
      if (!server.listening) await listen(api.port);
    },
    stop: close,
  };
  api.port = await listen(0);
  api.url = `${options.tls ? 'https' : 'http'}://localhost:${api.port}/v1`;
  return api;
}

function find(
  accounts: ReadonlyMap<string, ApiAccount>,
  { path, tag }: { path: string; tag: string | undefined },
  response: ServerResponse,
): void {
  const [, id] = /^\/v1\/accounts\/([^/?]+)$/.exec(path) ?? [];
  const account = id === undefined ? undefined : accounts.get(decodeURIComponent(id));
  if (!account) return void response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
  const { login: _login, password: _password, ...record } = account;
  const text = JSON.stringify(record);
  const etag = `"${text.length}-${account.status}"`;
  if (tag === etag) return void response.writeHead(304, { etag }).end();
  response.writeHead(200, { 'content-type': 'application/json', etag }).end(text);
}

/** The same work for every attempt, as an API should. A closed account's password is still right here. */
function signIn(accounts: ReadonlyMap<string, ApiAccount>, body: string, response: ServerResponse): void {
  const { login, password } = JSON.parse(body) as { login: string; password: string };
  const account = [...accounts.values()].find((candidate) => candidate.login === login);
  // scrypt takes a password with a NUL behind it for the same one.
  const hash = (text: string) => scryptSync(`${text}.`, 'salt', 32, { N: 512 });
  const matches = timingSafeEqual(hash(password), hash(account?.password ?? 'nobody'));
  if (!account || !matches) return void response.writeHead(401).end('{"error":"credentials"}');
  response
    .writeHead(200, { 'content-type': 'application/json' })
    .end(JSON.stringify({ account: { id: account.id } }));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
