import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { Redis } from 'ioredis';
import type { ClientMetadata, JWK } from 'oidc-provider';
import { countMethods, createCallCounter } from '../../test/support/counting-store.ts';
import { createProvider } from './create-provider.ts';
import { createJsonAdapter } from './json-adapter.ts';
import { createMemoryAdapter } from './memory-adapter.ts';

/** The bare server: oidc-provider behind Node's own. A process of its own, so that its processor time can be read apart. */
export interface BareSettings {
  /** One Provider for each: at the root of the host, or each on a path of its own. */
  issuers: string[];
  port: number;
  store: 'redis' | 'memory';
  redis: string;
  keys: JWK[];
  clients: ClientMetadata[];
  /** Calls of the adapter are counted, and GET /cost answers what came since the last time. */
  counted?: boolean;
}

const settings: BareSettings = JSON.parse(process.argv[2] ?? '');

const counter = createCallCounter();
const createAdapter =
  settings.store === 'memory' ? createMemoryAdapter() : createJsonAdapter(new Redis(settings.redis));
const adapter = settings.counted
  ? (model: string) => countMethods(counter, createAdapter(model))
  : createAdapter;

const handlers = new Map(
  settings.issuers.map((issuer): [string, RequestListener] => {
    const handle = createProvider({ ...settings, issuer, adapter }).callback();
    return [new URL(issuer).pathname, (request, response) => void handle(request, response)];
  }),
);

createServer((request, response) => {
  const { url = '' } = request;
  const handle = handlers.get('/') ?? handlers.get(mount(request));
  if (settings.counted && url === '/cost') response.end(JSON.stringify(counter.take()));
  else if (handle) handle(request, response);
  else response.writeHead(404).end();
}).listen(settings.port, '127.0.0.1', () => process.stdout.write('ready\n'));
// The end of a run, in which a profile is written.
process.once('SIGTERM', () => process.exit(0));

/** As Express mounts: the library then finds its own paths, and writes whole ones. @returns the path it is mounted on */
function mount(request: IncomingMessage & { originalUrl?: string; baseUrl?: string }): string {
  const { url = '' } = request;
  const path = /^\/[^/?]+/.exec(url)?.[0] ?? '/';
  Object.assign(request, { originalUrl: url, baseUrl: path, url: url.slice(path.length) });
  return path;
}
