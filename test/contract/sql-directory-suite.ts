import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { hash } from '@node-rs/bcrypt';
import * as fc from 'fast-check';
import type { AccountDirectory } from '../../src/directory/contract.ts';
import { ParleyError } from '../../src/errors.ts';
import { createLog } from '../../src/log.ts';
import { type Certificates, createCertificates } from '../support/certificates.ts';
import type { DatabaseServer } from '../support/database-server.ts';
import { findProgram } from '../support/find-program.ts';
import { findFreePort } from '../support/free-port.ts';
import { openTestDirectory } from '../support/open-test-directory.ts';
import { poll } from '../support/poll.ts';
import { describeDirectoryContract } from './directory-contract.ts';

/** A kind of database, and what differs between them. */
export interface SqlServerUnderTest {
  name: string;
  start(options: { tls?: { cert: string; key: string } }): Promise<DatabaseServer>;
  /** A table of many types and the record that its one row must become. */
  types: { create: string; insert: string; record: Record<string, unknown> };
  /** A column type of bytes and a value of it. */
  bytes: { type: string; value: string; of(text: string): string };
  /** A statement that takes half a minute when `:id` is `slow`. */
  slow: string;
  /** Counts statements of Parley's that run at this moment. */
  running: string;
  /** Counts Parley's connections. */
  connections: string;
  /** A select whose one column says whether its own connection is encrypted; uses :id. */
  encrypted: string;
  /** A statement that writes, with :id. */
  writes: string;
  /** Texts, names and comments that hold a colon and are none of Parley's business. */
  quiet: readonly string[];
  /** Follows a column of text whose character set holds western letters only; empty where there is none. */
  narrow: string;
  grantWriting: string;
}

type SqlAccounts = NonNullable<Parameters<typeof openTestDirectory>[0]['sql']>;

const password = 'pässword of Dana';
const find = 'select * from accounts where id = :id';
const login = 'select id, password_hash from accounts where email = :login';

/** What a directory in a database keeps, beside the contract of all directories. */
export function describeSqlDirectory(under: SqlServerUnderTest): void {
  describe(`accounts in ${under.name}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-sql-'));
    const openssl = findProgram('openssl');
    const log: string[] = [];
    const opened: AccountDirectory[] = [];
    let certificates: Certificates | undefined;
    let server: DatabaseServer;
    let bcrypt: string;

    const open = async (sql: Partial<SqlAccounts> = {}): Promise<AccountDirectory> => {
      const destination = { write: (line: string) => void log.push(line) };
      const directory = await openTestDirectory(
        {
          sql: {
            url: server.url,
            find,
            login,
            password: { column: 'password_hash' },
            disabled: 'disabled',
            cache: 0,
            // What is late is the machine.
            timeout: 20_000,
            ...sql,
          },
        },
        { log: createLog({ level: 'info', destination }) },
      );
      opened.push(directory);
      return directory;
    };
    const count = async (statement: string): Promise<number> =>
      Number(Object.values((await server.run(statement))[0] ?? {})[0]);

    beforeAll(async () => {
      if (openssl) certificates = createCertificates(openssl, folder, ['localhost']);
      server = await under.start(certificates ? { tls: certificates } : {});
      // As PHP writes it; cheap, and still much dearer than a question to the database.
      bcrypt = (await hash(password, 8)).replace('$2b$', '$2y$');
      await server.run(
        `create table accounts (id varchar(40) primary key, email varchar(200), password_hash varchar(255),
          disabled boolean not null default false, plan varchar(40))`,
        `insert into accounts values ('acc-1', 'dana@acme.example', '${bcrypt}', false, 'Basic'),
          ('acc-2', 'sam@acme.example', '${bcrypt}', true, 'Basic'),
          ('acc-3', 'twin@acme.example', '${bcrypt}', false, 'Basic'),
          ('acc-4', 'twin@acme.example', '${bcrypt}', false, 'Basic'),
          ('acc-5', 'none@acme.example', null, false, 'Basic'),
          ('acc-6', 'md5@acme.example', '5f4dcc3b5aa765d61d8327deb882cf99', false, 'Basic'),
          ('acc-7', 'dear@acme.example', '$2y$31$${'a'.repeat(53)}', false, 'Basic')`,
        `create table customers (number integer primary key, email varchar(200) ${under.narrow},
          password_hash varchar(255))`,
        `insert into customers values (4711, 'dana@acme.example', '${bcrypt}')`,
      );
    });
    afterEach(async () => {
      for (const directory of opened.splice(0)) await directory.close();
    });
    afterAll(async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
      expect(log.join('')).not.toContain(bcrypt);
      for (const secret of [password, 'p@ss', 'p%40ss', server.url])
        expect(log.join('')).not.toContain(secret);
    });

    describeDirectoryContract(`sql, ${under.name}`, async () => {
      const directory = await open();
      opened.length = 0;
      return {
        directory,
        known: { accountId: 'acc-1', login: 'dana@acme.example', password },
        disabled: { accountId: 'acc-2', login: 'sam@acme.example', password },
        secrets: [bcrypt, '$2y$', 'p@ss/word', 'p%40ss'],
        cut: () => server.kill(),
        heal: () => server.start(),
        dispose: () => directory.close(),
      };
    });

    describe('an account', () => {
      test('is its row, without the hash and the mark, and values as JSON has them', async () => {
        await server.run(under.types.create, under.types.insert);
        const directory = await open({ find: 'select * from many_types where id = :id', disabled: 'off' });
        expect((await directory.findAccount('t-1'))?.record).toEqual(under.types.record);
      });

      test.each(['ACC-1', 'acc-1 ', ' acc-1', 'acc-1\u200B', 'açc-1'])(
        'of the id acc-1 is not that of %j, whatever the database takes for equal',
        async (id) => {
          expect(await (await open()).findAccount(id)).toBeUndefined();
        },
      );

      test.each(['4711x', '4711.0', '04711', ' 4711', 'dana', '4711 or 1=1', '99999999999999999999'])(
        'of the number 4711 is not that of %j',
        async (id) => {
          const directory = await open({
            find: 'select * from customers where number = :id',
            login: 'select number, password_hash from customers where number = :login',
            id: 'number',
            disabled: undefined,
          });
          expect(await directory.findAccount(id)).toBeUndefined();
          expect((await directory.findAccount('4711'))?.record).toEqual({
            number: 4711,
            email: 'dana@acme.example',
          });
          expect(await directory.checkPassword?.({ login: 'dana', password })).toEqual({ kind: 'refused' });
        },
      );

      test('that stands there twice is nobody’s: unavailable, with the reason', async () => {
        const directory = await open();
        await expect(
          directory.checkPassword?.({ login: 'twin@acme.example', password }),
        ).rejects.toMatchObject({
          code: 'directory_unavailable',
          message: expect.stringMatching(/statement login gave several rows/),
        });
        const everybody = await open({ find: "select * from accounts where id <> 'x' or id = :id" });
        await expect(everybody.findAccount('acc-1')).rejects.toThrow(/statement find gave several rows/);
      });

      test.each([
        [
          'two columns of one name',
          'select id, plan, email as plan from accounts where id = :id',
          /column plan twice/,
        ],
        ['no column of the id', 'select plan, disabled from accounts where id = :id', /no column id/],
        ['no column of the mark', 'select id from accounts where id = :id', /no column disabled/],
        ['no id', 'select null as id, disabled from accounts where id = :id', /is no id/],
        ['a table that is missing', 'select id from nothing where id = :id', /nothing/],
      ])('with %s is unavailable, with the reason', async (_, statement, reason) => {
        const directory = await open({ find: statement });
        await expect(directory.findAccount('acc-1')).rejects.toMatchObject({
          code: 'directory_unavailable',
          message: expect.stringMatching(reason),
        });
      });

      test('with bytes in a column is unavailable, with the column’s name', async () => {
        await server.run(
          `create table pictures (id varchar(40), picture ${under.bytes.type})`,
          `insert into pictures values ('a', ${under.bytes.value})`,
        );
        const directory = await open({ find: 'select * from pictures where id = :id', disabled: undefined });
        await expect(directory.findAccount('a')).rejects.toThrow(/the column picture is binary/);
      });
    });

    describe('a password', () => {
      test.each([
        ['no hash', 'none@acme.example'],
        ['a hash in an unknown format', 'md5@acme.example'],
        ['a hash that would take days', 'dear@acme.example'],
      ])('signs nobody in on an account with %s', async (_, name) => {
        const directory = await open();
        const outcome = await directory.checkPassword?.({ login: name, password: 'password' });
        expect(outcome).toEqual({ kind: 'refused' });
      });

      test.each(['😀', '漢字', 'ünïcödé', "o'neill", 'a\\', '%', '_%'])(
        'is refused for the login %j, also where the column cannot hold it',
        async (name) => {
          const directory = await open({
            find: 'select * from customers where number = :id',
            login: 'select number, password_hash from customers where email = :login',
            id: 'number',
            disabled: undefined,
          });
          expect(await directory.checkPassword?.({ login: name, password })).toEqual({ kind: 'refused' });
        },
      );

      test('signs in by a hash that is kept as bytes', async () => {
        await server.run(
          `create table old_accounts (id varchar(40), email varchar(40), hash ${under.bytes.type}, closed date)`,
          `insert into old_accounts values ('b-1', 'bea', ${under.bytes.of(bcrypt)}, null),
            ('b-2', 'ben', ${under.bytes.of(bcrypt)}, '2026-01-31')`,
        );
        const directory = await open({
          find: 'select * from old_accounts where id = :id',
          login: 'select id, hash from old_accounts where email = :login',
          password: { column: 'hash' },
          disabled: 'closed',
        });
        const outcomes = await Promise.all(
          ['bea', 'ben'].map(async (name) => directory.checkPassword?.({ login: name, password })),
        );
        expect(outcomes).toEqual([
          { kind: 'signed-in', account: { accountId: 'b-1', record: { id: 'b-1', email: 'bea' } } },
          { kind: 'refused' },
        ]);
      });

      test('of another format than the one that is accepted signs nobody in, and the log says why', async () => {
        const directory = await open({ password: { column: 'password_hash', format: 'argon2' } });
        const outcome = await directory.checkPassword?.({ login: 'dana@acme.example', password });
        expect(outcome).toEqual({ kind: 'refused' });
        expect(log.at(-1)).toContain('of the format bcrypt, and only argon2 is accepted');
      });

      test('cannot be checked where there is no statement for it', async () => {
        const directory = await open({ login: undefined, password: undefined });
        expect(directory.checkPassword).toBeUndefined();
      });
    });

    describe('the database', () => {
      test('is never written to, even with the right to', async () => {
        await server.run('create table visits (id varchar(40))', under.grantWriting);
        const directory = await open({ find: under.writes, disabled: undefined });
        await expect(directory.findAccount('v-1')).rejects.toMatchObject({ code: 'directory_unavailable' });
        expect(await count('select count(*) from visits')).toBe(0);
      });

      test('ends a slow statement itself, and the next is answered', async () => {
        const directory = await open({ find: under.slow, timeout: 2000, disabled: undefined });
        const started = performance.now();
        await expect(directory.findAccount('slow')).rejects.toMatchObject({ code: 'directory_unavailable' });
        // By itself it would take 30 s.
        expect(performance.now() - started).toBeLessThan(15_000);
        expect(await directory.findAccount('quick')).toMatchObject({ accountId: 'quick' });
        await poll('the statement has ended', 15_000, async () => (await count(under.running)) === 0);
      });

      test('is asked over a few connections, however many ask', async () => {
        const directory = await open({ pool: 3 });
        const found = await Promise.all(Array.from({ length: 60 }, () => directory.findAccount('acc-1')));
        expect(found.filter(Boolean)).toHaveLength(60);
        expect(await count(under.connections)).toBeLessThanOrEqual(3);
      });

      test('52 may die and come back at any moment: each answer is whole or unavailable', async () => {
        const directory = await open();
        const outcomes: string[] = [];
        const asking = new AbortController();
        const asked = Array.from({ length: 4 }, async () => {
          while (!asking.signal.aborted) {
            const outcome = await directory
              .findAccount('acc-1', { fresh: true })
              .catch((error: unknown) => error);
            if (outcome instanceof ParleyError) outcomes.push(outcome.code);
            else
              outcomes.push(
                (outcome as { record?: { plan?: string } } | undefined)?.record?.plan ?? 'nothing',
              );
            await new Promise((resolve) => setTimeout(resolve, 10));
          }
        });
        await poll('it goes on', 30_000, () => outcomes.includes('Basic'));
        await server.kill();
        await poll('it goes on', 30_000, () => outcomes.includes('directory_unavailable'));
        await server.start();
        const before = outcomes.length;
        await poll('it goes on', 30_000, () => outcomes.slice(before).includes('Basic'));
        asking.abort();
        await Promise.all(asked);
        expect([...new Set(outcomes)].toSorted()).toEqual(['Basic', 'directory_unavailable']);
      }, 120_000);

      test('may be down at the start', async () => {
        const url = server.url.replace(/:\d+\//, `:${await findFreePort()}/`);
        const directory = await open({ url });
        await expect(directory.ping()).rejects.toMatchObject({ code: 'directory_unavailable' });
      });

      test('that accepts and says nothing is unavailable in time', async () => {
        const silent = createServer((socket) => socket.on('error', () => {}));
        const port = await findFreePort();
        await new Promise<void>((resolve) => silent.listen(port, '127.0.0.1', resolve));
        const directory = await open({ url: server.url.replace(/:\d+\//, `:${port}/`), timeout: 300 });
        await expect(directory.findAccount('acc-1')).rejects.toMatchObject({ code: 'directory_unavailable' });
        await directory.close();
        opened.length = 0;
        silent.close();
      });

      test('that does not let Parley in is unavailable, and the reason has no password', async () => {
        const directory = await open({ url: server.url.replace('p%40ss%2Fword', 'another-password') });
        const failure = await directory.ping().catch(String);
        expect(failure).toMatch(/parley/);
        expect(failure).not.toMatch(/another-password|127\.0\.0\.1:/);
      });
    });

    (openssl ? describe : describe.skip)('encryption', () => {
      const byName = () => server.url.replace('127.0.0.1', 'localhost');

      test('is there, by a name that the certificate has', async () => {
        const directory = await open({
          url: byName(),
          tls: { ca: certificates?.ca },
          find: under.encrypted,
          disabled: undefined,
        });
        expect((await directory.findAccount('a'))?.record).toMatchObject({
          encrypted: expect.stringMatching(/TLS/),
        });
      });

      test('fails with the certificate of another server, though its authority is the right one', async () => {
        const other = createCertificates(openssl ?? '', mkdtempSync(join(folder, 'other-')), [
          'db.acme.example',
        ]);
        await server.kill();
        await server.start(other);
        const directory = await open({ url: byName(), tls: { ca: other.ca } });
        await expect(directory.findAccount('acc-1')).rejects.toThrow(/CERT|SSL_ERROR/);
        await server.kill();
        await server.start(certificates);
      });

      test.each([
        ['an authority that nobody named', () => ({ url: byName(), tls: { enabled: true } })],
        ['an address for a name', () => ({ tls: { ca: certificates?.ca } })],
      ])('fails with %s, and nothing is asked', async (_, options) => {
        const asked = open(options()).then((directory) => directory.findAccount('acc-1'));
        await expect(asked).rejects.toThrow(/CERT|VERIFY|SSL_ERROR|needs a name/);
      });
    });

    test('a statement reaches the server as it was written, and its parameter with it', async () => {
      const piece = fc.constantFrom(...under.quiet);
      await fc.assert(
        fc.asyncProperty(fc.array(piece, { maxLength: 6 }), async (pieces) => {
          const directory = await open({
            find: `select ${pieces.map((text, n) => `${text} as c${n}, `).join('\n')} :id as id`,
            disabled: undefined,
          });
          expect(await directory.findAccount('it-is')).toMatchObject({ accountId: 'it-is' });
          await opened.pop()?.close();
        }),
        { numRuns: 15 },
      );
    });
  });
}
