import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  authorizationUrl,
  authorizeSilently,
  type Client,
  exchange,
  signIn,
} from '../../support/relying-party.ts';
import { type RunningParley, startParley } from '../../support/start-parley.ts';
import { dana } from '../../support/test-brand.ts';
import { Visitor } from '../../support/visitor.ts';
import { webClient } from '../../support/web-client.ts';

/** docs/security.md 35: whoever knows some ids knows nothing of the next one, and an id alone opens nothing. */

let parley: RunningParley;
let web: Client;
beforeAll(async () => {
  parley = await startParley({ serverYaml: { anonymous_limit: 1000 } });
  web = webClient(parley);
});
afterAll(() => parley.stop());

async function begin(visitor = new Visitor()): Promise<{ visitor: Visitor; path: string; id: string }> {
  const response = await visitor.get(authorizationUrl(web));
  const path = response.headers.get('location') ?? '';
  return { visitor, path, id: path.replace('/interaction/', '') };
}

/** Bits that the characters show: how often each stands at any place, over all ids. */
function bitsPerId(ids: readonly string[]): number {
  const all = ids.join('');
  const counts = new Map<string, number>();
  for (const character of all) counts.set(character, (counts.get(character) ?? 0) + 1);
  const entropy = [...counts.values()].reduce(
    (sum, n) => sum - (n / all.length) * Math.log2(n / all.length),
    0,
  );
  return entropy * (ids[0]?.length ?? 0);
}

function longestCommonStart(ids: readonly string[]): number {
  const sorted = ids.toSorted();
  const common = sorted.slice(1).map((id, index) => {
    const before = sorted[index] ?? '';
    let length = 0;
    while (length < id.length && id[length] === before[length]) length += 1;
    return length;
  });
  return Math.max(...common);
}

describe('35 ids that a browser is given', () => {
  test('of interactions are random: 128 bits or more, none twice, none that begins as its neighbour', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 200; count += 1) ids.push((await begin()).id);
    expect(new Set(ids).size).toBe(200);
    expect(ids.filter((id) => !/^[\w-]{21,}$/.test(id))).toEqual([]);
    expect(bitsPerId(ids)).toBeGreaterThan(120);
    expect(longestCommonStart(ids)).toBeLessThan(8);
  });

  test('of sessions, codes and tokens too', async () => {
    const ids: Record<string, string[]> = { session: [], code: [], access: [], refresh: [] };
    for (let count = 0; count < 25; count += 1) {
      const visitor = new Visitor();
      await signIn(visitor, authorizationUrl(web), dana);
      const code = (await authorizeSilently(visitor, authorizationUrl(web))).get('code') ?? '';
      const { body } = await exchange(web, code);
      ids['session']?.push(visitor.cookies.get('parley_acme_session')?.value ?? '');
      ids['code']?.push(code);
      ids['access']?.push(body.access_token);
      ids['refresh']?.push(body.refresh_token);
    }
    for (const kind of Object.values(ids)) {
      expect(new Set(kind).size).toBe(25);
      // 160 bits (RFC 6749 section 10.10).
      expect(kind.filter((id) => !/^[\w-]{27,}$/.test(id))).toEqual([]);
      expect(bitsPerId(kind)).toBeGreaterThan(100);
      expect(longestCommonStart(kind)).toBeLessThan(6);
    }
  });

  test('open nothing without the browser that they were given to', async () => {
    const { path } = await begin();
    for (const visitor of [new Visitor(), (await begin()).visitor]) {
      const response = await visitor.get(`${parley.issuer}${path}`);
      expect(response.status).toBe(400);
      expect(await response.text()).not.toContain('csrf');
    }
  });
});
