import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { hash } from '@node-rs/bcrypt';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWith } from '../support/availability.ts';
import type { DatabaseServer } from '../support/database-server.ts';
import { poll } from '../support/poll.ts';
import { startPostgres } from '../support/postgres-server.ts';
import {
  authorizationUrl,
  authorizeSilently,
  claimsOf,
  exchange,
  refresh,
  signIn,
} from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { testBrand } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';

const dana = { login: 'dana@acme.example', password: 'pässword of Dana' };

describeWith('initdb', () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-loyalty-'));
  const loyalty = join(folder, 'loyalty.yaml');
  let database: DatabaseServer;
  let parley: RunningParley;
  const visitor = new Visitor();

  beforeAll(async () => {
    database = await startPostgres();
    await database.run(
      'create table customers (id text primary key, email text unique, hash text, first_name text, blocked boolean, card text)',
      `insert into customers values
        ('c-1', '${dana.login}', '${(await hash(dana.password, 5)).replace('$2b$', '$2y$')}', 'Dana', false, 'card-9')`,
    );
    writeFileSync(loyalty, 'accounts: [{ id: card-9, points: 120 }]\n');
    const brand = testBrand({
      accounts: {
        sql: {
          url: database.url,
          find: 'select * from customers where id = :id',
          login: 'select id, hash from customers where email = :login',
          password: { column: 'hash' },
          disabled: 'blocked',
          cache: 0,
          timeout: 20_000,
        },
        enrich: [{ file: { path: loyalty }, as: 'loyalty', by: 'card' }],
      },
      claims: { given_name: 'first_name', points: 'loyalty.points', everything: '@' },
      scopes: { loyalty: ['points', 'everything'] },
    });
    const [web] = (brand['clients'] as Record<string, unknown>[]).filter(({ id }) => id === 'web');
    parley = await startParley({
      brands: [{ ...brand, resources: {}, clients: [{ ...web, id_token_claims: true }] }],
    });
  });
  afterAll(async () => {
    await parley.stop();
    await database.stop();
    rmSync(folder, { recursive: true });
  });

  const client = () => webClient(parley);
  const ask = () => authorizationUrl(client(), { scope: 'openid profile loyalty' });
  const readyz = async () =>
    (await (await fetch(`http://localhost:${parley.port}/readyz`)).json()) as Record<string, unknown>;

  test('an account of the database signs in; its claims come from there and from a second directory', async () => {
    const returned = await signIn(visitor, ask(), dana);
    const tokens = await exchange(client(), returned.searchParams.get('code') ?? '');
    const { sub, given_name, points, everything } = claimsOf(tokens.body.id_token);
    expect({ sub, given_name, points }).toEqual({ sub: 'c-1', given_name: 'Dana', points: 120 });
    expect(everything).toEqual({
      id: 'c-1',
      email: dana.login,
      first_name: 'Dana',
      card: 'card-9',
      loyalty: { id: 'card-9', points: 120 },
    });
    expect(await readyz()).toMatchObject({ status: 'ok', directories: { acme: 'ok' } });
  });

  test('52 while the database is down nobody gets a token with half of the claims; then it goes on by itself', async () => {
    const code = (await authorizeSilently(visitor, ask())).get('code') ?? '';
    const { body: before } = await exchange(client(), code);
    const late = (await authorizeSilently(visitor, ask())).get('code') ?? '';
    await database.kill();

    const answer = await exchange(client(), late);
    expect([answer.status, answer.body.error]).toEqual([503, 'temporarily_unavailable']);
    expect(answer.body.id_token).toBeUndefined();
    const other = new Visitor();
    const page = await signIn(other, ask(), dana);
    expect(page.origin).toBe(`http://localhost:${parley.port}`);
    expect(parley.log).toContainEqual(
      expect.objectContaining({ msg: 'a password could not be checked', detail: expect.any(String) }),
    );
    await poll('the brand is named', 20_000, async () => {
      const { status, directories } = await readyz();
      return status === 'ok' && JSON.stringify(directories) === '{"acme":"unavailable"}';
    });

    await database.start();
    await poll('it serves again', 20_000, async () => {
      const { searchParams } = await signIn(new Visitor(), ask(), dana);
      return searchParams.has('code');
    });
    expect(before.id_token).toBeDefined();
  });

  test('40 an account that is blocked in the database is out at once', async () => {
    const code = (await authorizeSilently(visitor, ask())).get('code') ?? '';
    const { body } = await exchange(client(), code);
    await database.run('update customers set blocked = true');
    expect((await authorizeSilently(visitor, ask())).get('error')).toBe('login_required');
    if (body.refresh_token)
      expect((await refresh(client(), body.refresh_token)).body.error).toBe('invalid_grant');
    const page = await signIn(new Visitor(), ask(), dana);
    expect(page.searchParams.has('code')).toBe(false);
  });

  test('nothing of the hash or the address is in the log', () => {
    const text = JSON.stringify(parley.log);
    for (const secret of ['$2y$', 'p@ss', 'p%40ss', dana.password]) expect(text).not.toContain(secret);
  });
});
