import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { poll } from '../support/poll.ts';
import { servingWorkers } from '../support/workers.ts';
import { type AdminSite, callerSecrets, startAdminSite } from './admin-site.ts';

/** One worker takes a call; what concerns the machine reaches all of them. */

let site: AdminSite;
let token: string;
beforeAll(async () => {
  site = await startAdminSite({ workers: 2 });
  await poll('two workers serve', 30_000, () => servingWorkers(site.parley).length === 2);
  token = await site.tokenOf('ops', callerSecrets.ops, 'admin:read admin:write');
});
afterAll(() => site?.parley.stop());

/** Workers with such a line in the log. */
const workersOf = (isMeant: (line: Record<string, unknown>) => boolean) =>
  new Set(
    site.parley
      .log()
      .filter(isMeant)
      .map(({ worker }) => worker),
  );

test('POST /reload lets every worker read the configuration again, once', async () => {
  expect((await site.call('/reload', { method: 'POST', token })).status).toBe(200);
  const isReading = ({ msg }: Record<string, unknown>) => msg === 'configuration read again';
  await poll('both have read it', 30_000, () => workersOf(isReading).size === 2);
  expect(site.parley.log().filter(isReading)).toHaveLength(2);
});

test('PUT /logging changes what every worker logs', async () => {
  const answer = await site.call('/logging', {
    method: 'PUT',
    token,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ log_level: 'info', log_success_share: 0.5 }),
  });
  expect(answer.status).toBe(200);
  await poll('both write by chance', 30_000, async () => {
    await Promise.all(Array.from({ length: 8 }, () => site.parley.fetch(`${site.parley.issuer}/jwks`)));
    return workersOf(({ share }) => share === 0.5).size === 2;
  });
  const [victim] = servingWorkers(site.parley);
  process.kill(victim?.pid ?? 0, 'SIGKILL');
  await poll('the one in its place does too', 30_000, async () => {
    await Promise.all(
      Array.from({ length: 8 }, () => site.parley.fetch(`${site.parley.issuer}/jwks`).catch(() => {})),
    );
    return workersOf(({ share }) => share === 0.5).size === 3;
  });
});

test('events that go to standard output are to be looked for there', async () => {
  const answer = await site.call('/audit/ABCDEFGHJK', { token });
  expect([answer.status, ((await answer.json()) as { error: string }).error]).toEqual([404, 'not_kept']);
});
