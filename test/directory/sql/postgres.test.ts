import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { describeSqlDirectory } from '../../contract/sql-directory-suite.ts';
import { describeWith } from '../../support/availability.ts';
import { openTestDirectory } from '../../support/open-test-directory.ts';
import { startPostgres } from '../../support/postgres-server.ts';

describeWith('initdb', () => {
  describeSqlDirectory({
    name: 'PostgreSQL',
    start: startPostgres,
    types: {
      create: `create table many_types (id text, off boolean, yes boolean, small smallint, big bigint, huge bigint,
        price numeric(10,2), exact numeric, ratio double precision, approximate real, born date, seen timestamp,
        since timestamptz, at_noon time, who uuid, doc json, docb jsonb, tags text[], numbers integer[],
        prices numeric[], nothing text, span interval, padded char(4), old_hash text, "Mixed Case" text)`,
      insert: `insert into many_types values ('t-1', false, true, -3, 9007199254740991, 9007199254740993,
        84.20, 12345678901234567890.123456789, 0.1, 0.1, '1990-02-28', '2026-11-25 22:53:48.5',
        '2026-11-25 22:53:48+02', '12:00', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"a": [1, null]}',
        '{"__proto__": 1, "b": 2.50}', '{a,"b c",null}', '{1,2}', '{1.50}', null, '1 day 02:00:00', 'ab',
        '$2y$10$abcdefghijklmnopqrstuv', 'é')`,
      record: {
        id: 't-1',
        yes: true,
        small: -3,
        big: 9007199254740991,
        huge: '9007199254740993',
        price: 84.2,
        exact: '12345678901234567890.123456789',
        ratio: 0.1,
        approximate: 0.1,
        born: '1990-02-28',
        seen: '2026-11-25T22:53:48.5',
        since: '2026-11-25T20:53:48Z',
        at_noon: '12:00:00',
        who: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
        doc: { a: [1, null] },
        docb: JSON.parse('{"__proto__": 1, "b": 2.5}'),
        tags: ['a', 'b c', null],
        numbers: [1, 2],
        prices: [1.5],
        nothing: null,
        span: 'P1DT2H',
        padded: 'ab  ',
        'Mixed Case': 'é',
      },
    },
    bytes: { type: 'bytea', value: "'\\x00ff'", of: (text) => `convert_to('${text}', 'UTF8')` },
    slow: "select :id::text as id, case when :id = 'slow' then pg_sleep(30)::text end as nothing",
    running: "select count(*) from pg_stat_activity where usename = 'parley' and state = 'active'",
    connections: "select count(*) from pg_stat_activity where usename = 'parley'",
    encrypted: 'select :id::text as id, version as encrypted from pg_stat_ssl where pid = pg_backend_pid()',
    writes: 'insert into visits values (:id) returning id',
    grantWriting: 'grant insert on visits to parley',
    narrow: '',
    quiet: [
      "':id'",
      "E'\\':id'",
      '$$:id$$',
      "$a$ ':id $a$",
      "'x'::text",
      '(array[1,2,3])[1 : 2]',
      '1 /* :id /* */ */',
    ],
  });
});

test('a server that speaks no TLS where it must is told neither name nor password', async () => {
  const heard: Buffer[] = [];
  const server = createServer((socket) => {
    // Parley may leave with a reset.
    socket.on('error', () => {});
    socket.on('data', (data) => {
      heard.push(data);
      socket.write('N');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const directory = await openTestDirectory({
    sql: {
      url: `postgres://parley:the-password@127.0.0.1:${port}/shop`,
      find: 'select :id as id',
      tls: { enabled: true },
      timeout: 20_000,
    },
  });
  await expect(directory.ping()).rejects.toThrow(/does not support SSL/);
  // The request for TLS (SSLRequest) and nothing else.
  const request = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]).toString('hex');
  expect(new Set(heard.map((data) => data.toString('hex')))).toEqual(new Set([request]));
  await directory.close();
  server.close();
});
