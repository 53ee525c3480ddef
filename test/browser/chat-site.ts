import { createHash, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { type Certificates, createCertificates } from '../support/certificates.ts';
import { launchChromium, typeSignIn } from '../support/chromium.ts';
import { fetchAt } from '../support/fetch-at.ts';
import { authorizationUrl, type Client } from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { secrets, testBrand } from '../support/test-brand.ts';
import { chatPage, livePersonInPage, strictPolicy } from './chat-page.ts';

const names = {
  issuer: 'id.acme.test',
  crossSiteIssuer: 'id.other.test',
  page: 'www.acme.test',
  sibling: 'shop.acme.test',
  stranger: 'evil.test',
};

export interface ChatSite {
  parley: RunningParley;
  /** On the site of the page. All of these are origins. */
  issuer: string;
  /** On another site: there the browser keeps the session cookie from the page. */
  crossSiteIssuer: string;
  page: string;
  /** A stranger's page on the same site. */
  sibling: string;
  /** A stranger's page on another site. */
  stranger: string;
  /** LivePerson's server as a client of an issuer. */
  client(clientId: string, issuer?: string): Client;
  /** A browser of its own, with LivePerson in every page. */
  newContext(options?: BrowserContextOptions): Promise<BrowserContext>;
  /** Of the brand's page with Parley's script. @param attributes data-… of its element; `issuer` where to load it */
  addressOf(attributes?: Record<string, string>): string;
  /** That page in a tab of its own. */
  open(context: BrowserContext, attributes?: Record<string, string>): Promise<Page>;
  /** Types the sign-in at the issuer, away from the page. */
  signIn(context: BrowserContext, consumer: Consumer): Promise<void>;
  stop(): Promise<void>;
}

interface Consumer {
  login: string;
  password: string;
}

export interface MoreOfTheSite {
  /** Hosts beside ours, at their usual port. */
  hosts?: readonly string[];
  /** Of the brands. */
  clients?: readonly object[];
  /** Keys of the brands' files. */
  brand?: object;
  /** Asked first, for pages and hosts of the test's own. @returns false when it has no answer */
  answer?: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** For hosts that speak WebSocket. */
  upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

/** Page, issuers and strangers over https with names of their own, as browsers treat them in earnest. */
export async function startChatSite(
  chromium: string,
  openssl: string,
  more: MoreOfTheSite = {},
): Promise<ChatSite> {
  const { hosts = [], clients = [], brand = {}, answer = () => false, upgrade } = more;
  const folder = await mkdtemp(join(tmpdir(), 'parley-pages-'));
  const certificates = createCertificates(openssl, folder, [...Object.values(names), ...hosts]);
  const server = await startPages(certificates, answer);
  if (upgrade) server.on('upgrade', upgrade);
  const { port } = server.address() as AddressInfo;
  const origins = {
    page: `https://${names.page}:${port}`,
    sibling: `https://${names.sibling}:${port}`,
    stranger: `https://${names.stranger}:${port}`,
  };
  const [parley, browser] = await Promise.all([
    startIssuers(certificates, origins.page, { clients, brand }),
    launchBrowser(chromium, certificates, [
      ...hosts.map((host) => `${host} 127.0.0.1:${port}`),
      '*.test 127.0.0.1',
    ]),
  ]);
  const issuer = `https://${names.issuer}:${parley.port}`;
  const client: ChatSite['client'] = (clientId, of = issuer) => ({
    issuer: of,
    clientId,
    ...(clientId !== 'lp-implicit' && { secret: secrets.liveperson }),
    redirectUri: 'https://liveperson.net',
    fetch: fetchAt(parley.port, { ca: certificates.ca }),
  });
  const addressOf: ChatSite['addressOf'] = (attributes) =>
    `${origins.page}/?${new URLSearchParams({ issuer, client: 'liveperson', ...attributes }).toString()}`;
  return {
    ...origins,
    parley,
    issuer,
    addressOf,
    crossSiteIssuer: `https://${names.crossSiteIssuer}:${parley.port}`,
    client,
    async newContext(options) {
      const context = await browser.newContext(options);
      await context.addInitScript(livePersonInPage);
      return context;
    },
    async open(context, attributes) {
      const page = await context.newPage();
      await page.goto(addressOf(attributes));
      return page;
    },
    async signIn(context, consumer) {
      const page = await context.newPage();
      const back = `${origins.page}/signed-in`;
      const request = { response_type: 'none', response_mode: 'page_return', page_return_to: back };
      await page.goto(authorizationUrl(client('liveperson'), { ...request, prompt: 'login' }).href);
      await typeSignIn(page, consumer);
      await page.waitForURL(back);
      await page.close();
    },
    async stop() {
      await browser.close();
      server.closeAllConnections();
      server.close();
      await parley.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function startIssuers(
  { cert, key }: Certificates,
  page: string,
  more: Required<Pick<MoreOfTheSite, 'clients' | 'brand'>>,
): Promise<RunningParley> {
  const client = { platform: 'liveperson', pages: [page], openid_includes: ['account', 'billing'] };
  const clients = [
    { ...client, id: 'liveperson', secret: secrets.liveperson, flows: ['code', 'pkce'] },
    { ...client, id: 'lp-code', secret: secrets.liveperson, flows: ['code'] },
    { ...client, id: 'lp-implicit', flows: ['implicit'] },
    { ...client, id: 'lp-elsewhere', flows: ['implicit'], pages: [] },
    ...more.clients.map((own) => ({ ...client, ...own })),
  ];
  return startParley({
    brands: [
      testBrand({ brand: 'acme', issuer: `https://${names.issuer}:PORT`, clients, ...more.brand }),
      testBrand({ brand: 'other', issuer: `https://${names.crossSiteIssuer}:PORT`, clients, ...more.brand }),
    ],
    serverYaml: { tls: { cert, key } },
  });
}

/** A page is told by its address which script element it has. */
async function startPages(
  { cert, key }: Certificates,
  answer: NonNullable<MoreOfTheSite['answer']>,
): Promise<Server> {
  const tls = { cert: await readFile(cert), key: await readFile(key) };
  const server = createServer(tls, (request, response) => {
    if (answer(request, response)) return;
    const { pathname, searchParams } = new URL(request.url ?? '/', 'https://page.test');
    const { issuer, ...attributes } = Object.fromEntries(searchParams);
    response.setHeader('Content-Type', 'text/html');
    if (pathname !== '/' || !issuer) {
      response.end('<!doctype html><title>Elsewhere</title>');
      return;
    }
    response.setHeader('Content-Security-Policy', strictPolicy(issuer));
    response.setHeader('Referrer-Policy', 'no-referrer');
    response.end(chatPage(issuer, attributes));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return server;
}

/** @param places which host is where */
async function launchBrowser(
  chromium: string,
  { cert }: Certificates,
  places: readonly string[],
): Promise<Browser> {
  const { publicKey } = new X509Certificate(await readFile(cert));
  const spki = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64');
  return launchChromium(
    chromium,
    [
      `--host-resolver-rules=${places.map((place) => `MAP ${place}`).join(', ')}`,
      `--ignore-certificate-errors-spki-list=${spki}`,
    ],
    ['--disable-popup-blocking', '--disable-back-forward-cache'],
  );
}
