import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ParleyError } from '../../src/errors.ts';
import { createEmbeddedStore } from '../../src/store/embedded-store.ts';
import { authorizationUrl, signIn } from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana } from '../support/test-brand.ts';
import { readForm, Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';

/** The account directory does not answer while a consumer signs in. */

let parley: RunningParley;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-down-'));
  // A clock that stands: who has tried too often may try again after half a minute.
  const time = Date.now();
  parley = await startParley({ useStore: createEmbeddedStore({ folder, now: () => time }) });
});
afterAll(async () => {
  await parley.stop();
  await rm(folder, { recursive: true });
});

/** Until the work is done nobody's password can be checked. */
async function whileDirectoryIsDown(work: () => Promise<void>): Promise<void> {
  const directory = parley.server.sites[0]?.directory;
  const checkPassword = directory?.checkPassword;
  if (!checkPassword) throw new Error('no brand is served whose directory checks passwords');
  directory.checkPassword = () =>
    Promise.reject(new ParleyError('directory_unavailable', 'db.inside.example:5432 refused'));
  try {
    await work();
  } finally {
    directory.checkPassword = checkPassword;
  }
}

test('the page stays calm, says when to try again, and counts no attempt', async () => {
  const visitor = new Visitor();
  const url = authorizationUrl(webClient(parley));
  const page = await visitor.follow(await visitor.get(url), parley.issuer);
  const { action, fields } = readForm(await page.response.text());
  const form = { csrf: fields['csrf'] ?? '', login: dana.login, password: dana.password };

  await whileDirectoryIsDown(async () => {
    // More often than a login may be tried from one address.
    for (let attempt = 0; attempt < 15; attempt += 1) {
      const response = await visitor.post(new URL(action, parley.issuer), form);
      expect([response.status, response.headers.has('retry-after')]).toEqual([503, true]);
      const html = await response.text();
      expect(html).toContain('Your account cannot be reached at the moment');
      expect(html).toContain(`value="${dana.login}"`);
      expect(html).not.toContain(dana.password);
      expect(html).not.toContain('db.inside.example');
    }
  });

  const landed = await signIn(visitor, url, dana);
  expect(landed.searchParams.get('code')).toBeTruthy();
});

test('42 wrong passwords before and after an outage are counted together', async () => {
  const visitor = new Visitor();
  const login = 'nobody-of-ours';
  const page = await visitor.follow(await visitor.get(authorizationUrl(webClient(parley))), parley.issuer);
  const { action, fields } = readForm(await page.response.text());
  const guess = async () =>
    (await visitor.post(new URL(action, parley.issuer), { csrf: fields['csrf'] ?? '', login, password: 'x' }))
      .status;
  const statuses: number[] = [];
  for (let n = 0; n < 6; n += 1) statuses.push(await guess());
  await whileDirectoryIsDown(async () => {
    for (let n = 0; n < 6; n += 1) expect(await guess()).toBe(503);
  });
  for (let n = 0; n < 6; n += 1) statuses.push(await guess());
  expect(statuses.filter((status) => status === 401)).toHaveLength(10);
  expect(statuses.filter((status) => status === 429)).toHaveLength(2);
});
