import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { describeWith } from '../support/availability.ts';
import { collectComplaints, launchChromium, typeSignIn } from '../support/chromium.ts';
import { type Listener, startListener } from '../support/listener.ts';
import { poll } from '../support/poll.ts';
import { authorizationUrl, type Client, createPkce, exchange } from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, secrets, testBrand, testClients } from '../support/test-brand.ts';

/** `response_mode=web_message`: a page gets its answer from a hidden frame, and no other page does. */
describeWith('chromium', (executablePath) => {
  let parley: RunningParley;
  let shop: Listener;
  let stranger: Listener;
  let browser: Browser;
  let context: BrowserContext;
  let client: Client;
  let complaints: string[];
  const pkce = createPkce();

  beforeAll(async () => {
    const site = () => startListener((response) => response.end('<!doctype html><title>A page</title>'));
    [shop, stranger] = await Promise.all([site(), site()]);
    const page = `http://localhost:${shop.port}`;
    const redirectUri = `${page}/callback`;
    const onPage = {
      id: 'on-page',
      secret: secrets.web,
      redirect_uris: [redirectUri],
      first_party: true,
      pages: [page],
    };
    [parley, browser] = await Promise.all([
      startParley({ brands: [testBrand({ clients: [...testClients(), onPage] })] }),
      launchChromium(executablePath),
    ]);
    client = { issuer: parley.issuer, clientId: 'on-page', secret: secrets.web, redirectUri };
    context = await browser.newContext();
    complaints = collectComplaints(context);
    const signIn = await context.newPage();
    await signIn.goto(authorizationUrl(client, pkce.challenge).href);
    await typeSignIn(signIn, dana);
    await signIn.waitForURL(`${redirectUri}*`);
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all([parley?.stop(), shop.stop(), stranger.stop()]);
  });

  async function open(address: string): Promise<Page> {
    const page = await context.newPage();
    await page.goto(address);
    return page;
  }

  /** What a page of this address hears from a frame with the request: a message, or nothing until the frame is done. */
  function askInFrame(page: Page, more: Record<string, string> = {}): Promise<unknown> {
    const request = authorizationUrl(client, {
      response_mode: 'web_message',
      prompt: 'none',
      ...pkce.challenge,
      ...more,
    });
    return page.evaluate(`new Promise((resolve) => {
      addEventListener('message', ({ origin, data }) => resolve({ origin, data }));
      const frame = document.createElement('iframe');
      frame.onload = () => setTimeout(() => resolve('nothing'), 1000);
      frame.src = ${JSON.stringify(request.href)};
      document.body.append(frame);
    })`);
  }

  test('a listed page hears its code from a frame, without a page being shown', async () => {
    const page = await open(`http://localhost:${shop.port}/`);
    const heard = await askInFrame(page, { state: 'a "b" </script>' });
    expect(heard).toMatchObject({
      origin: parley.issuer,
      data: {
        type: 'authorization_response',
        response: { code: expect.any(String), state: 'a "b" </script>' },
      },
    });
    const { code } = (heard as { data: { response: { code: string } } }).data.response;
    expect((await exchange(client, code, { code_verifier: pkce.verifier })).status).toBe(200);
    expect(complaints).toEqual([]);
  });

  test('32 another page may neither frame the answer nor hear it', async () => {
    const page = await open(`http://localhost:${stranger.port}/`);
    expect(await askInFrame(page)).toBe('nothing');
    await poll('the browser says so', 30_000, () => complaints.join().includes('frame-ancestors'));
  });
});
