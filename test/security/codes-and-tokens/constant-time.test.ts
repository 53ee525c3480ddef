import crypto from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { root } from '../../support/documentation.ts';
import { exchange, postAsClient } from '../../support/relying-party.ts';
import { type RunningParley, startParley } from '../../support/start-parley.ts';
import { secrets } from '../../support/test-brand.ts';
import { webClient } from '../../support/web-client.ts';

/** docs/security.md 22: no answer comes sooner because a guess begins like the secret. */

let parley: RunningParley;
/** Lengths of both sides of each comparison. */
const compared: [number, number][] = [];
const timingSafeEqual = crypto.timingSafeEqual;

beforeAll(async () => {
  crypto.timingSafeEqual = (a, b) => {
    compared.push([a.byteLength, b.byteLength]);
    return timingSafeEqual(a, b);
  };
  syncBuiltinESMExports();
  parley = await startParley();
});
afterAll(async () => {
  await parley.stop();
  crypto.timingSafeEqual = timingSafeEqual;
  syncBuiltinESMExports();
});

test.each([
  ['nothing in common', 'x'.repeat(secrets.web.length)],
  ['all but its last letter', `${secrets.web.slice(0, -1)}~`],
  ['all of it and more', `${secrets.web}x`],
  ['one letter', 't'],
  ['another length', secrets.web.repeat(10)],
])('22 a client secret that has %s in common is compared whole', async (_what, secret) => {
  compared.length = 0;
  const client = { ...webClient(parley), secret };
  for (const answer of [
    await exchange(client, 'unknown'),
    await postAsClient(client, '/token/introspection', { token: 'x' }),
    await postAsClient({ ...client, secret: '' }, '/token', { client_id: 'web', client_secret: secret }),
  ])
    expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client']);
  expect(compared.length).toBeGreaterThanOrEqual(3);
  for (const [ours, theirs] of compared) expect(ours).toBe(theirs);
});

/** They compare what one and the same person or platform said twice: nobody can guess at an answer's time there. */
const harmless = ['cli/read-password.ts', 'platform/broker/customer-links.ts'];

test('22 no source compares a secret with ===', () => {
  const src = join(root, 'src');
  const secret = String.raw`\b[\w.]*(?:[Ss]ecret|csrf|[Pp]assword|digest|mac|signature)\b(?!\.)`;
  const comparing = new RegExp(`(?:${secret}\\)? [!=]== (?!undefined|null|')|[!=]== ${secret})`);
  const found = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/^(browser|twin)/.test(file) && !harmless.includes(file))
    .flatMap((file) =>
      (readFileSync(join(src, file), 'utf8').match(/.*[!=]== .*/g) ?? []).map((line) => [file, line]),
    );
  expect(found.length).toBeGreaterThan(100);
  expect(found.filter(([, line = '']) => comparing.test(line))).toEqual([]);
  expect(comparing.test('if (form.secret === client.secret) return true')).toBe(true);
});
