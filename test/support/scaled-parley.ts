import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCertificates } from './certificates.ts';
import { fetchAt } from './fetch-at.ts';
import { findProgram } from './find-program.ts';
import { findFreePort } from './free-port.ts';
import { startHaproxy } from './haproxy.ts';
import { poll } from './poll.ts';
import type { Client } from './relying-party.ts';
import { type ParleyProcess, spawnParley } from './spawn-parley.ts';
import { testBrand, testClients } from './test-brand.ts';
import { webClient } from './web-client.ts';

export interface ScaledOptions {
  /** How many processes. */
  count: number;
  /** PARLEY_STORE; default: embedded, shared by them. */
  store?: string;
  /** More of server.yaml. */
  serverYaml?: object;
}

export interface ScaledParley {
  processes: readonly ParleyProcess[];
  /** The brand's shop, behind the proxy. */
  web: Client;
  /** The brand's app, which keeps no secret: its refresh tokens are used once. */
  app: Client;
  /** A client past the proxy, at one process. */
  at(process: number, client: Client): Client;
  /** Each consumer has an address of their own, or the limit of sign-ins from one address would count. */
  networkOf(consumer: number): typeof fetch;
  stop(): Promise<void>;
}

const appClient = {
  id: 'app',
  name: 'Acme App',
  token_endpoint_auth_method: 'none',
  flows: ['pkce'],
  redirect_uris: ['https://app.acme.example/callback'],
  first_party: true,
  refresh_tokens: true,
};

/** The origin whose pages may ask for the shop's client. */
export const shopPage = 'https://shop.acme.example';

/** Several Parley processes behind a real haproxy with the recipe of deploy/. */
export async function startScaledParley({ count, store, serverYaml }: ScaledOptions): Promise<ScaledParley> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-scaled-'));
  const { ca, bundle } = createCertificates(programAt('openssl'), folder, ['id.acme.test']);
  const httpsPort = await findFreePort();
  const issuer = `https://id.acme.test:${httpsPort}`;
  const clients = [
    ...testClients().map((client) => (client['id'] === 'web' ? { ...client, pages: [shopPage] } : client)),
    appClient,
  ];
  const shared = {
    ...(store && { store }),
    brands: [testBrand({ issuer, clients })],
    serverYaml: { trusted_proxies: ['127.0.0.1'], ...serverYaml },
  };
  const first = await spawnParley(shared);
  const others = await Promise.all(
    Array.from({ length: count - 1 }, () => spawnParley({ ...shared, beside: first })),
  );
  const processes = [first, ...others];
  const ports = processes.map(({ port }) => port);
  const haproxy = await startHaproxy({ program: programAt('haproxy'), folder, bundle, httpsPort, ports });
  const networkOf = (consumer: number) =>
    fetchAt(httpsPort, { ca, from: `127.1.${(consumer >> 8) & 255}.${consumer & 255 || 1}` });
  await poll('haproxy finds Parley ready', 60_000, async () => {
    return (await networkOf(0)(`${issuer}/jwks`)).status === 200;
  });
  const web = { ...webClient(first), issuer, fetch: networkOf(0) };

  return {
    processes,
    web,
    app: { issuer, clientId: 'app', redirectUri: 'https://app.acme.example/callback', fetch: web.fetch },
    at: (index, client) => ({ ...client, fetch: asProxy((processes[index % count] ?? first).fetch) }),
    networkOf,
    async stop() {
      await haproxy.stop();
      await Promise.all(others.map((parley) => parley.stop()));
      await first.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** As the proxy would ask: the issuer is https, the process is not. */
function asProxy(ask: typeof fetch): typeof fetch {
  return (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const host = url.host;
    url.protocol = 'http:';
    const headers = { ...(init?.headers as object), host, 'x-forwarded-proto': 'https' };
    return ask(url, { ...init, headers });
  };
}

function programAt(name: string): string {
  const path = findProgram(name);
  if (!path) throw new Error(`${name} is not installed`);
  return path;
}
