import { beforeAll, expect, test } from '@jest/globals';
import { Guesser } from '../support/guesser.ts';
import { dana } from '../support/test-brand.ts';
import { webClient } from '../support/web-client.ts';
import type { JudgedCalls } from './judged-calls.ts';

const list = '/brands/{brand}/limits';
const release = '/brands/{brand}/limits/release';
const forget = '/brands/{brand}/limits/forget-browsers';

/** What the admin interface does about limits of attempts. */
export function describeLimits(calls: () => JudgedCalls): void {
  let guesser: Guesser;
  beforeAll(async () => {
    guesser = await Guesser.at(webClient(calls().site.parley));
    for (const login of [dana.login, 'sam'])
      for (const from of ['192.0.2.1', '192.0.2.2'])
        for (const password of ['wrong', 'wronger']) await guesser.statusOf({ login, password, from });
  });

  const listed = async (query = '') => {
    const { body } = await calls().call(list, { path: `/brands/acme/limits${query}` });
    return body['limits'] as { kind: string; entry: string; attempts: number; wait: number }[];
  };
  const post = (template: string, body: object) =>
    calls().call(template, { method: 'post', path: template.replace('{brand}', 'acme'), body });

  test('that were reached are listed without a name, all or those that are meant', async () => {
    const all = await listed();
    expect(all).toHaveLength(4);
    expect(all[0]).toMatchObject({
      kind: 'account-and-address',
      entry: expect.stringMatching(/^[\w-]{43} 192/),
      attempts: 2,
    });
    expect(await listed('?login=DANA')).toHaveLength(2);
    expect(await listed('?login=dana&address=192.0.2.1')).toHaveLength(1);
    expect(await listed('?address=::ffff:192.0.2.1')).toHaveLength(2);
    expect(await listed('?client=web')).toEqual([]);
  });

  test('are released for those who are named, in the running server, and for nobody else', async () => {
    expect(await guesser.statusOf({ ...dana, from: '192.0.2.1' })).toBe(429);
    const { body } = await post(release, { login: dana.login, address: '192.0.2.1' });
    expect(body).toMatchObject({ total: 1, limits: [{ kind: 'account-and-address', attempts: 2 }] });
    expect(await guesser.statusOf({ ...dana, from: '192.0.2.2' })).toBe(429);
    expect(await guesser.statusOf({ ...dana, from: '192.0.2.1' })).toBe(303);
    expect(await listed()).toHaveLength(3);
    const events = await calls().site.events();
    const released = events.filter(({ event }) => event === 'limit.released');
    expect(released).toMatchObject([{ brand: 'acme', limit: 'account-and-address' }]);
    expect(events).toContainEqual(
      expect.objectContaining({
        event: 'admin.called',
        operation: 'releaseLimits',
        by: 'client:ops',
        supportId: released[0]?.['supportId'],
      }),
    );
  });

  test('are all released only when all are asked for', async () => {
    const refused = await post(release, {});
    expect([refused.status, refused.body['error']]).toEqual([400, 'invalid_request']);
    expect(await listed()).toHaveLength(3);
    expect((await post(release, { all: true })).body['limits']).toHaveLength(3);
    expect(await listed()).toEqual([]);
  });

  test('spare a known browser until it is forgotten', async () => {
    const { body } = await post(forget, { login: dana.login });
    expect(body['forgotten_browsers']).toBeGreaterThan(0);
    expect((await post(forget, { login: dana.login })).body).toEqual({ forgotten_browsers: 0 });
  });
}
