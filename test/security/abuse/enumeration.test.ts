import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { hash } from '@node-rs/argon2';
import { stringify } from 'yaml';
import { Guesser } from '../../support/guesser.ts';
import { type RunningParley, startParley } from '../../support/start-parley.ts';
import { dana, testBrand } from '../../support/test-brand.ts';
import { webClient } from '../../support/web-client.ts';

/** Of each kind. */
const tries = 30;
const limits = { account_and_address: 3, account: 200, address: 500, first_wait: 900 };

describe('44 whether there is such an account', () => {
  let parley: RunningParley;
  let guesser: Guesser;
  beforeAll(async () => {
    // Hashes as they are in earnest: the cheap ones of other tests would hide in what else a request costs.
    const folder = await mkdtemp(join(tmpdir(), 'parley-enumeration-'));
    await mkdir(join(folder, 'config'), { recursive: true });
    const password_hash = await hash(dana.password, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
    const accounts = [{ id: dana.sub, login: dana.login, password_hash }];
    await writeFile(join(folder, 'config', 'dear.yaml'), stringify({ accounts }));
    const serverYaml = { trusted_proxies: ['127.0.0.1', '::1'] };
    const brand = testBrand({ limits, accounts: { file: { path: 'config/dear.yaml' } } });
    parley = await startParley({ folder, brands: [brand], serverYaml });
    guesser = await Guesser.at(webClient(parley));
  });
  afterAll(() => parley.stop());

  /** Everything that an answer says, but for the login that was typed and what no two answers share. */
  async function describeAnswer(response: Response, login: string) {
    const headers = Object.fromEntries(response.headers);
    const id = headers['x-request-id'] ?? '';
    const text = (await response.text()).replaceAll(id, 'ID').replaceAll(`value="${login}"`, 'value="LOGIN"');
    for (const name of ['x-request-id', 'date', 'content-length']) delete headers[name];
    const seconds = headers['retry-after'];
    if (seconds) headers['retry-after'] = Number(seconds) > 800 ? 'as long' : seconds;
    return { status: response.status, headers, text, cookies: response.headers.getSetCookie() };
  }

  test('shows in no answer: not in a wrong one, and not in one that has to wait', async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 5; n += 1) {
      const [known, unknown] = await Promise.all(
        [dana.login, 'nope'].map(async (login) =>
          describeAnswer(await guesser.submit({ login, password: 'wrong', from: '192.0.2.1' }), login),
        ),
      );
      expect(known).toEqual(unknown);
      statuses.push(known?.status ?? 0);
    }
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
  });

  test('shows in no time: the middle of either lies within what each of them takes by itself', async () => {
    const times: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] };
    for (let n = 0; n < tries; n += 1) {
      // In turn, so that what else this machine does meets both alike.
      for (const kind of n % 2 ? (['known', 'unknown'] as const) : (['unknown', 'known'] as const)) {
        const login = kind === 'known' ? dana.login : 'nobody';
        const began = performance.now();
        const from = `198.51.100.${n}`;
        expect(await guesser.statusOf({ login, password: 'wrong', from })).toBe(401);
        times[kind].push(performance.now() - began);
      }
    }
    const [known, unknown] = [times.known, times.unknown].map((list) => list.toSorted((a, b) => a - b));
    const at = (list: number[] | undefined, share: number) => list?.[Math.floor(tries * share)] ?? 0;
    expect(at(known, 0.5)).toBeGreaterThan(at(unknown, 0.1));
    expect(at(known, 0.5)).toBeLessThan(at(unknown, 0.9));
    expect(at(unknown, 0.5)).toBeGreaterThan(at(known, 0.1));
    expect(at(unknown, 0.5)).toBeLessThan(at(known, 0.9));
  });
});
