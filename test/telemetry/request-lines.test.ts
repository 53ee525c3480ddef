import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { authorizationUrl, exchange, signIn } from '../support/relying-party.ts';
import { type RunningParley, type StartOptions, startParley } from '../support/start-parley.ts';
import { dana } from '../support/test-brand.ts';
import { readForm, Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';

let parley: RunningParley;
afterEach(() => parley?.stop());

/** Without those of the audit log, which no level silences. */
const lines = () => parley.log.filter(({ stream }) => stream !== 'audit');
const linesOf = (message: string) => parley.log.filter(({ msg }) => msg === message);
const changeServerYaml = async (settings: object) => {
  await writeFile(join(parley.folder, 'config', 'server.yaml'), stringify(settings));
  await parley.reload();
};
const start = async (options: StartOptions = {}) => {
  parley = await startParley(options);
};

describe('the support id', () => {
  test('of each answer stands in exactly one request line, and in the line that has the reason', async () => {
    await start();
    const web = webClient(parley);
    const ask = (path: string, init: RequestInit = {}) =>
      fetch(`${parley.issuer}${path}`, { redirect: 'manual', ...init });
    const answers = await Promise.all([
      ask('/jwks'),
      ask('/.well-known/openid-configuration'),
      ask('/healthz'),
      ask('/parley.js'),
      ask('/nothing-here'),
      ask('/auth?client_id=nobody', { headers: { accept: 'text/html' } }),
      ask('/auth?client_id=nobody', { headers: { accept: 'application/json' } }),
      ask('/interaction/lost', { headers: { accept: 'text/html' } }),
      ask('/token', { method: 'POST', body: new URLSearchParams({ grant_type: 'authorization_code' }) }),
      ask('/page/identity', { method: 'POST', headers: { origin: 'https://stranger.example' } }),
      ask(authorizationUrl(web).href.slice(parley.issuer.length)),
      fetch(`http://127.0.0.1:${parley.port}/jwks`),
    ]);
    for (const answer of answers) {
      const id = answer.headers.get('x-request-id');
      expect(id).toMatch(/^[2-9A-HJ-NP-Z]{10}$/);
      expect(linesOf('request').filter(({ supportId }) => supportId === id)).toHaveLength(1);
    }
    // Read out to the consumer and to the integrator, and found by the operator.
    for (const index of [5, 6]) {
      const id = answers[index]?.headers.get('x-request-id') ?? '';
      expect(await answers[index]?.text()).toContain(id);
      expect(linesOf('request refused').map(({ supportId }) => supportId)).toContain(id);
    }
    const refusedToken = answers[8]?.headers.get('x-request-id');
    expect(linesOf('request refused').map(({ supportId }) => supportId)).toContain(refusedToken);
  });

  test('that a request brings along is not taken over', async () => {
    await start();
    const mine = 'AAAAAAAAAA';
    const answer = await fetch(`${parley.issuer}/jwks`, { headers: { 'x-request-id': mine } });
    expect(answer.headers.get('x-request-id')).not.toBe(mine);
    expect(JSON.stringify(parley.log)).not.toContain(mine);
  });
});

describe('while it runs', () => {
  test('the level follows server.yaml, in the logs of brands too', async () => {
    await start({ serverYaml: { log_level: 'error' } });
    const refused = () => fetch(`${parley.issuer}/auth?client_id=nobody`);
    await refused();
    expect(lines()).toEqual([]);

    await changeServerYaml({ log_level: 'info' });
    await refused();
    expect(linesOf('request')).toHaveLength(1);
    // Written by the library's events, with the brand's own log.
    expect(linesOf('request refused')).toContainEqual(expect.objectContaining({ brand: 'acme' }));
    expect(linesOf('server.yaml has changed: this needs a restart')).toEqual([]);

    parley.log.length = 0;
    await changeServerYaml({ log_level: 'silent' });
    await refused();
    expect(lines()).toEqual([]);
    // The reload itself: the audit log goes on.
    expect(parley.log.map(({ event }) => event)).toContain('config.changed');
  });

  test('LOG_LEVEL wins over the file', async () => {
    await start({ env: { LOG_LEVEL: 'error' } });
    await changeServerYaml({ log_level: 'info' });
    await fetch(`${parley.issuer}/jwks`);
    expect(lines()).toEqual([]);
  });

  test('request lines without an error are sampled, and everything else is written', async () => {
    await start({ serverYaml: { log_success_share: 0 } });
    const web = webClient(parley);
    const landed = await signIn(new Visitor(), authorizationUrl(web), dana);
    expect((await exchange(web, landed.searchParams.get('code') ?? '')).status).toBe(200);
    expect((await exchange(web, 'invented')).status).toBe(400);
    await fetch(`${parley.issuer}/nothing-here`);
    expect(linesOf('request').map(({ status }) => status)).toEqual([400, 404]);
    expect(linesOf('request refused')).toHaveLength(2);

    parley.log.length = 0;
    await changeServerYaml({ log_success_share: 0.5 });
    for (let count = 0; count < 200; count += 1) await fetch(`${parley.issuer}/jwks`);
    const written = linesOf('request');
    expect(written.length).toBeGreaterThan(50);
    expect(written.length).toBeLessThan(150);
    expect(new Set(written.map(({ share }) => share))).toEqual(new Set([0.5]));
  });
});

test('a whole sign-in leaves no secret and no account in the log, at any level', async () => {
  await start({ env: { LOG_LEVEL: 'trace' } });
  const web = webClient(parley);
  const visitor = new Visitor();
  const landed = await signIn(visitor, authorizationUrl(web, { state: 'state-of-the-client' }), dana);
  const code = landed.searchParams.get('code') ?? '';
  const { body } = await exchange(web, code);
  const page = await new Visitor().follow(await new Visitor().get(authorizationUrl(web)), parley.issuer);
  const { fields } = readForm(await page.response.text().catch(() => ''));
  const text = JSON.stringify(parley.log);
  const secret = [
    code,
    dana.password,
    dana.sub,
    'dana@example.com',
    'state-of-the-client',
    web.secret,
    fields['csrf'],
  ];
  const tokens = [body.access_token, body.id_token, body.refresh_token];
  for (const word of [...secret, ...tokens]) if (word) expect(text).not.toContain(word);
});
