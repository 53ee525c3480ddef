import { expect } from '@jest/globals';
import { poll } from './poll.ts';
import { quickest } from './quickest.ts';
import {
  authorizationUrl,
  authorizeSilently,
  exchange,
  postAsClient,
  signIn,
  type TokenAnswer,
} from './relying-party.ts';
import type { ParleyProcess } from './spawn-parley.ts';
import { dana } from './test-brand.ts';
import { readForm, Visitor } from './visitor.ts';
import { webClient } from './web-client.ts';

/** Longest time in which anything may be answered while the store is away, milliseconds. */
const patience = 3_000;

/** What a browser and a client hold when the store goes away. */
export interface BeforeOutage {
  signedIn: Visitor;
  /** A login page that is open in another browser. */
  waiting: { visitor: Visitor; action: string; form: Record<string, string> };
  code: string;
  accessToken: string;
}

export async function prepareOutage(parley: ParleyProcess): Promise<BeforeOutage> {
  const url = authorizationUrl(webClient(parley));
  const signedIn = new Visitor(parley.fetch);
  await signIn(signedIn, url, dana);
  const newCode = async () =>
    (await authorizeSilently(signedIn, authorizationUrl(webClient(parley)))).get('code') ?? '';
  const { body } = await exchange(webClient(parley), await newCode());
  const code = await newCode();
  const visitor = new Visitor(parley.fetch);
  const page = await visitor.follow(await visitor.get(url), parley.issuer);
  const { action, fields } = readForm(await page.response.text());
  const form = { csrf: fields['csrf'] ?? '', login: dana.login, password: dana.password };
  return {
    signedIn,
    waiting: { visitor, action: `${parley.issuer}${action}`, form },
    code,
    accessToken: body.access_token,
  };
}

async function timed(ask: () => Promise<Response>): Promise<Response> {
  let response = Response.error();
  const took = await quickest(patience, async () => {
    response = await ask();
  });
  expect(took).toBeLessThan(patience);
  return response;
}

/** One calm sentence and a reference, and nothing of the machinery. */
async function expectCalmPage(response: Response): Promise<void> {
  expect(response.status).toBe(503);
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(response.headers.get('location')).toBeNull();
  expect(response.headers.get('content-type')).toMatch(/^text\/html/);
  const page = await response.text();
  expect(page).toContain('The service is briefly unavailable.');
  expect(page).toContain(response.headers.get('x-request-id'));
  expect(page).not.toMatch(/redis|store|socket|ECONN|timed out|connection|Error:|\bat .*\.ts/i);
}

async function expectProtocolError(ask: () => Promise<TokenAnswer>): Promise<void> {
  let answer: TokenAnswer | undefined;
  const took = await quickest(patience, async () => {
    answer = await ask();
  });
  expect(took).toBeLessThan(patience);
  const { status, body, headers } = answer as TokenAnswer;
  expect([status, body.error]).toEqual([503, 'temporarily_unavailable']);
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  expect(JSON.stringify(body)).not.toMatch(/redis|store|ECONN|timed out/i);
}

function userinfo(parley: ParleyProcess, accessToken: string): Promise<Response> {
  return parley.fetch(`${parley.issuer}/userinfo`, { headers: { authorization: `Bearer ${accessToken}` } });
}

/** What every endpoint answers while the store is away. */
export async function expectOutage(
  parley: ParleyProcess,
  { signedIn, waiting, code, accessToken }: BeforeOutage,
): Promise<void> {
  const at = (path: string) => `${parley.issuer}${path}`;
  const web = webClient(parley);

  await expectCalmPage(await timed(() => new Visitor(parley.fetch).get(authorizationUrl(web))));
  await expectCalmPage(await timed(() => signedIn.clone().get(authorizationUrl(web))));
  await expectCalmPage(await timed(() => signedIn.clone().get(authorizationUrl(web, { prompt: 'none' }))));
  await expectCalmPage(await timed(() => waiting.visitor.clone().post(waiting.action, waiting.form)));

  await expectCalmPage(await timed(() => signedIn.clone().get(at('/session/end'))));
  await expectProtocolError(() => exchange(web, code));
  await expectProtocolError(() => postAsClient(web, '/token/introspection', { token: accessToken }));
  await expectProtocolError(() => postAsClient(web, '/token/revocation', { token: accessToken }));
  expect((await timed(() => userinfo(parley, accessToken))).status).toBe(503);

  const readiness = await timed(() => parley.fetch(at('/readyz')));
  expect(readiness.status).toBe(503);
  expect(await readiness.json()).toMatchObject({ status: 'unavailable', store: 'unavailable' });
  for (const path of ['/healthz', '/.well-known/openid-configuration', '/jwks']) {
    expect([path, (await timed(() => parley.fetch(at(path)))).status]).toEqual([path, 200]);
  }
}

/** The same process, unaided: ready, new sign-ins, the waiting login page. */
export async function expectRecovery(parley: ParleyProcess): Promise<void> {
  const ready = async () => (await parley.fetch(`${parley.issuer}/readyz`)).status === 200;
  await poll('Parley is ready again', 30_000, ready);
  const visitor = new Visitor(parley.fetch);
  const web = webClient(parley);
  const landed = await signIn(visitor, authorizationUrl(web), dana);
  expect(landed.searchParams.get('code')).toBeTruthy();
  const { status, body } = await exchange(web, landed.searchParams.get('code') ?? '');
  expect(status).toBe(200);
  expect((await userinfo(parley, body.access_token)).status).toBe(200);
}

/** The operator finds the reason, and no secret. */
export function expectExplainingLog(parley: ParleyProcess, secrets: readonly string[]): void {
  const unavailable = parley.log().filter((line) => line['status'] === 503 && line['brand']);
  expect(unavailable.length).toBeGreaterThan(0);
  for (const { supportId } of unavailable) {
    const reasons = parley
      .log()
      .filter((line) => line['level'] === 'error' && line['supportId'] === supportId);
    expect(reasons.map((line) => String(line['detail']))).toEqual([
      expect.stringMatching(/^Redis did not answer: /),
    ]);
  }
  expect(parley.log().some((line) => /store is not reachable/.test(String(line['msg'])))).toBe(true);
  for (const secret of secrets) expect(parley.stdout() + parley.stderr()).not.toContain(secret);
}
