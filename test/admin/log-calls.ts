import { expect, test } from '@jest/globals';
import { Guesser } from '../support/guesser.ts';
import { poll } from '../support/poll.ts';
import { webClient } from '../support/web-client.ts';
import { withoutIds } from '../support/without-ids.ts';
import type { JudgedCalls } from './judged-calls.ts';

const audit = '/audit/{support_id}';

/** What the admin interface shows of the audit log, and does about the log. */
export function describeLogs(calls: () => JudgedCalls): void {
  const show = (id: string) => calls().call(audit, { path: `/audit/${id}` });
  const set = (body: object) => calls().call('/logging', { method: 'put', body });

  test('have what became of a consumer, by the reference on the page', async () => {
    const guesser = await Guesser.at(webClient(calls().site.parley));
    const failed = await guesser.submit({ login: 'kim', password: 'wrong', from: '192.0.2.9' });
    const id = failed.headers.get('x-request-id') ?? '';
    const { body } = await show(id);
    expect(body).toMatchObject({
      events: [{ event: 'sign_in.failed', brand: 'acme', supportId: id, address: '192.0.2.9' }],
      complete: true,
    });
    expect(withoutIds(JSON.stringify(body))).not.toContain('kim');
  });

  test('have nothing about another reference, and take no other word', async () => {
    expect((await show('ABCDEFGHJK')).body).toEqual({ events: [], complete: true });
    for (const word of ['abcdefghjk', 'ABCDEFGHJ', '..%2Faudit.log']) {
      const refused = await show(word);
      expect([word, refused.status, refused.body['error']]).toEqual([word, 400, 'invalid_request']);
    }
  });

  test('say less and more while the process runs', async () => {
    const { parley } = calls().site;
    const seen = (path: string) => parley.log().some((line) => line['path'] === path);
    expect((await calls().call('/logging')).body).toEqual({ log_level: 'info', log_success_share: 1 });
    expect((await set({ log_level: 'warn' })).body).toEqual({ log_level: 'warn', log_success_share: 1 });
    await parley.fetch(`${parley.issuer}/while-quiet`);
    await set({ log_level: 'info', log_success_share: 0.5 });
    expect((await calls().call('/logging')).body).toEqual({ log_level: 'info', log_success_share: 0.5 });
    await parley.fetch(`${parley.issuer}/while-loud`);
    await poll('the line of the second request', 30_000, () => seen('/while-loud'));
    expect(seen('/while-quiet')).toBe(false);
    await set({ log_level: 'info', log_success_share: 1 });
    expect(await calls().site.events()).toContainEqual(
      expect.objectContaining({ event: 'logging.changed', level: 'warn', share: 1 }),
    );
  });

  test('take no level that there is not', async () => {
    for (const body of [{ log_level: 'loud' }, { log_level: 'info', log_success_share: 2 }, {}]) {
      const refused = await set(body);
      expect([refused.status, refused.body['error']]).toEqual([400, 'invalid_request']);
    }
    expect((await calls().call('/logging')).body['log_level']).toBe('info');
  });
}
