import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { parse } from 'yaml';
import { describeWith } from '../support/availability.ts';
import { collectComplaints, launchChromium } from '../support/chromium.ts';
import { findFreePort } from '../support/free-port.ts';
import { poll } from '../support/poll.ts';
import { claimsOf, createPkce, exchange } from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';

/** examples/express-shop as it stands, a Parley with its brand file, and a browser; only the ports are others. */
const root = resolve(import.meta.dirname, '../..');
const shopFile = resolve(root, 'examples/express-shop/shop.js');

async function readBrandFile(ports: { parley: number; shop: number }): Promise<object> {
  const text = await readFile(resolve(root, 'examples/express-shop/config/brands/shop.yaml'), 'utf8');
  const placed = text
    .replaceAll('localhost:3000', `localhost:${ports.parley}`)
    .replaceAll('localhost:8080', `localhost:${ports.shop}`)
    .replaceAll('examples/', `${root}/examples/`);
  return parse(placed) as object;
}

test('the shop has 60 lines, three of them for Parley', async () => {
  const lines = (await readFile(shopFile, 'utf8')).trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(60);
  expect(lines.filter((line) => /(\/\/|<!--) Parley/.test(line))).toHaveLength(3);
});

describeWith('chromium', (executablePath) => {
  let parley: RunningParley;
  let shop: ChildProcess;
  let shopOrigin: string;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];
  const visited: string[] = [];

  beforeAll(async () => {
    const ports = { parley: await findFreePort(), shop: await findFreePort() };
    shopOrigin = `http://localhost:${ports.shop}`;
    shop = spawn(process.execPath, [shopFile], {
      env: { PORT: String(ports.shop), PARLEY_ISSUER: `http://localhost:${ports.parley}` },
      stdio: 'ignore',
    });
    [parley, browser] = await Promise.all([
      startParley({ port: ports.parley, brands: [await readBrandFile(ports)] }),
      launchChromium(executablePath),
    ]);
    await poll('the shop answers', 30_000, () =>
      fetch(shopOrigin).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
    context = await browser.newContext();
    complaints = collectComplaints(context);
    page = await context.newPage();
    page.on('framenavigated', (frame) => void visited.push(frame.url()));
  });
  afterAll(async () => {
    await browser?.close();
    shop?.kill();
    await parley?.stop();
  });

  async function signIn(name: string): Promise<void> {
    await page.goto(shopOrigin);
    await page.getByLabel('Name').fill(name);
    await page.getByLabel('Password').fill(`${name}-at-the-shop`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    await page.waitForFunction(`'lpGetAuthenticationToken' in globalThis`); // the page is seen before its script has come
  }

  /** As LivePerson's window does it; answers what it is told. */
  function askForToken(challenge: string): Promise<unknown[]> {
    return page.evaluate(
      (codeChallenge) =>
        new Promise<unknown[]>((done) => {
          const method = Reflect.get(globalThis, 'lpGetAuthenticationToken') as (...args: unknown[]) => void;
          method((...told: unknown[]) => done(told), codeChallenge);
        }),
      challenge,
    );
  }

  async function tokenOfChat(): Promise<Record<string, unknown>> {
    const { challenge, verifier } = createPkce();
    const [code] = await askForToken(challenge.code_challenge);
    const liveperson = {
      issuer: parley.issuer,
      clientId: 'liveperson',
      secret: 'demo-shop-liveperson-secret',
      redirectUri: 'https://liveperson.net',
    };
    const { status, body } = await exchange(liveperson, String(code), { code_verifier: verifier });
    expect(status).toBe(200);
    return claimsOf(body.id_token);
  }

  test('a consumer who is signed in at the shop is known in the chat, and no page of Parley is shown', async () => {
    await signIn('dana');
    expect(await tokenOfChat()).toMatchObject({
      iss: parley.issuer,
      aud: 'liveperson',
      sub: 'c-1001',
      given_name: 'Dana',
      account_number: '4711-0815',
      lp_sdes: [expect.objectContaining({ type: 'ctmrinfo' })],
    });
    expect(new Set(visited.map((url) => new URL(url).origin))).toEqual(new Set([shopOrigin]));
    expect(complaints).toEqual([]);
  });

  test('37 signed out at the shop there is no code, and the next consumer is nobody else', async () => {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await page.waitForFunction(`'lpGetAuthenticationToken' in globalThis`);
    expect(await askForToken(createPkce().challenge.code_challenge)).toEqual(['', 'sign_in_required']);
    await signIn('sam');
    expect(await tokenOfChat()).toMatchObject({ sub: 'c-1002', given_name: 'Sam' });
  });
});
