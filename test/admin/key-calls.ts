import { expect, test } from '@jest/globals';
import { poll } from '../support/poll.ts';
import type { JudgedCalls } from './judged-calls.ts';

const list = '/brands/{brand}/keys';
const generate = '/brands/{brand}/keys/generate';
const rotate = '/brands/{brand}/keys/rotate';
const retire = '/brands/{brand}/keys/{kid}/retire';
const acknowledge = '/brands/{brand}/clients/{client}/key/ack';

/** What the admin interface does about signing keys, whose `web` has the key pasted. */
export function describeKeys(calls: () => JudgedCalls): void {
  interface Key {
    kid: string;
    alg: string;
    state: string;
    waiting_for: string[];
  }
  const keys = async (): Promise<Key[]> =>
    (await calls().call(list, { path: '/brands/acme/keys' })).body['keys'] as Key[];
  const find = async (alg: string, state: string) =>
    (await keys()).find((key) => key.alg === alg && key.state === state)?.kid ?? '';
  const states = async () => (await keys()).map(({ alg, state }) => `${alg} ${state}`);
  const post = (template: string, body: object, part = '') =>
    calls().call(template, {
      method: 'post',
      path: template.replace('{brand}', 'acme').replace(/\{(kid|client)\}/, part),
      body,
    });
  const published = async (): Promise<string[]> => {
    const { parley } = calls().site;
    const { keys: all } = (await (await parley.fetch(`${parley.issuer}/jwks`)).json()) as { keys: Key[] };
    return all.map(({ kid }) => kid);
  };

  test('are listed with their states, and nothing private of them', async () => {
    const { body } = await calls().call(list, { path: '/brands/acme/keys', token: calls().viewer });
    expect(body).toMatchObject({ brand: 'acme', plan: [] });
    expect(await states()).toEqual(['RS256 current', 'ES256 current']);
    expect(JSON.stringify(body)).not.toMatch(/"(d|p|q|jwk)"/);
  });

  test('rotate by a plan first, which changes nothing', async () => {
    const { body } = await post(rotate, { plan: true });
    expect(body).toMatchObject({ changed: false });
    expect(body['plan']).not.toEqual([]);
    expect(await states()).toEqual(['RS256 current', 'ES256 current']);
    expect(await commands()).toEqual([]);
  });

  test('rotate as soon as everybody knows the next one, which the server publishes within seconds', async () => {
    const { body } = await post(rotate, { alg: 'ES256' });
    expect(body).toMatchObject({
      changed: true,
      breaks: [],
      plan: [{ alg: 'ES256', step: 'becomes current' }, { step: 'is retired' }],
    });
    const next = await find('ES256', 'next');
    await poll('the next key is published', 30_000, async () => (await published()).includes(next));
    const again = await post(generate, { alg: 'ES256' });
    expect([again.status, again.body['error']]).toEqual([409, 'keys_refused']);
  });

  test('wait for the platform where the key is pasted', async () => {
    const nothing = await post(acknowledge, {}, 'web');
    expect([nothing.status, nothing.body['error']]).toEqual([409, 'keys_refused']);
    const { body } = await post(generate, { alg: 'RS256' });
    expect(body['keys']).toContainEqual(
      expect.objectContaining({ alg: 'RS256', state: 'next', waiting_for: ['web'] }),
    );
    const early = await post(acknowledge, {}, 'web');
    expect([early.status, early.body['error_description']]).toEqual([
      409,
      expect.stringMatching(/^too early: .* 2\d{3}-/),
    ]);
    const fetching = await post(acknowledge, {}, 'ops');
    expect([fetching.status, fetching.body['error_description']]).toEqual([
      409,
      expect.stringContaining('pasted_key'),
    ]);
    const unknown = await post(acknowledge, {}, 'nobody');
    expect([unknown.status, unknown.body['error']]).toEqual([404, 'client_unknown']);

    const [before, next] = [await find('RS256', 'current'), await find('RS256', 'next')];
    const forced = await post(acknowledge, { force: true }, 'web');
    expect(forced.body['breaks']).not.toEqual([]);
    expect([await find('RS256', 'current'), await find('RS256', 'previous')]).toEqual([next, before]);
  });

  test('retire before their time where nothing needs them, by force, or because they leaked', async () => {
    const [signing, previous] = [await find('RS256', 'current'), await find('RS256', 'previous')];
    for (const kid of [signing, previous]) {
      const refused = await post(retire, {}, kid);
      expect([refused.status, refused.body['error']]).toEqual([409, 'keys_refused']);
    }
    const unknown = await post(retire, {}, signing.slice(0, 10));
    expect([unknown.status, unknown.body['error']]).toEqual([404, 'key_unknown']);
    expect((await post(retire, { force: true }, previous)).body['breaks']).toHaveLength(1);

    const leaked = await post(retire, { leaked: true }, signing);
    expect(leaked.body['breaks']).not.toEqual([]);
    expect((await keys()).map(({ kid }) => kid)).not.toContain(signing);
    await poll('the leaked key is gone', 30_000, async () => !(await published()).includes(signing));
  });

  test('sign at once by force, and the answer says what breaks', async () => {
    const next = await find('ES256', 'next');
    expect((await post(rotate, { alg: 'ES256', force: true })).body['breaks']).not.toEqual([]);
    expect(await find('ES256', 'current')).toBe(next);
    expect(await states()).toContain('ES256 previous');
  });

  test('leave the words of the command line in the audit log, for changes that were made', async () => {
    expect(await commands()).toEqual([
      'keys rotate',
      'keys generate',
      'keys ack web',
      expect.stringMatching(/^keys retire [\w-]{43}$/),
      expect.stringMatching(/^keys retire [\w-]{43} --leaked$/),
      'keys rotate --force',
    ]);
  });

  async function commands(): Promise<unknown[]> {
    const events = await calls().site.events();
    return events.filter(({ event }) => event === 'command.run').map(({ command }) => command);
  }
}
