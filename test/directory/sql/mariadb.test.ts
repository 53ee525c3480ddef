import { describeSqlDirectory } from '../../contract/sql-directory-suite.ts';
import { describeWith } from '../../support/availability.ts';
import { startMariadb } from '../../support/mariadb-server.ts';

describeWith('mariadbd', () => {
  describeSqlDirectory({
    name: 'MariaDB',
    start: startMariadb,
    types: {
      create: `create table many_types (id varchar(20), off boolean, yes boolean, no bit(1), flags bit(9), tiny tinyint,
        small smallint, big bigint, huge bigint unsigned, price decimal(10,2), exact decimal(40,9), ratio double,
        approximate float, born date, seen datetime(1), since timestamp, at_noon time, built year, who uuid, doc json,
        kind enum('a','b'), nothing text, old_hash text, \`Mixed Case\` varchar(10) character set latin1)`,
      insert: `set time_zone = '+02:00'; insert into many_types values ('t-1', false, true, b'0', b'100000001', 1, -3,
        9007199254740991, 18446744073709551615, 84.20, 12345678901234567890.123456789, 0.1, 0.1, '1990-02-28',
        '2026-11-25 22:53:48.5', '2026-11-25 22:53:48', '12:00', 2026, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
        '{"a": [1, null]}', 'b', null, '$2y$10$abcdefghijklmnopqrstuv', 'é')`,
      record: {
        id: 't-1',
        yes: true,
        no: false,
        flags: 257,
        tiny: 1,
        small: -3,
        big: 9007199254740991,
        huge: '18446744073709551615',
        price: 84.2,
        exact: '12345678901234567890.123456789',
        ratio: 0.1,
        approximate: 0.1,
        born: '1990-02-28',
        seen: '2026-11-25T22:53:48.5',
        since: '2026-11-25T20:53:48Z',
        at_noon: '12:00:00',
        built: 2026,
        who: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
        doc: { a: [1, null] },
        kind: 'b',
        nothing: null,
        'Mixed Case': 'é',
      },
    },
    bytes: { type: 'varbinary(80)', value: "x'00ff'", of: (text) => `'${text}'` },
    slow: "select :id as id, if(:id = 'slow', sleep(30), 0) as nothing",
    running:
      "select count(*) from information_schema.processlist where user = 'parley' and command <> 'Sleep'",
    connections: "select count(*) from information_schema.processlist where user = 'parley'",
    encrypted: `select :id as id, variable_value as encrypted from information_schema.session_status
      where variable_name = 'Ssl_version'`,
    writes: 'insert into visits values (:id) returning id',
    grantWriting: "grant insert on brand.visits to parley@'%'",
    narrow: 'character set latin1',
    quiet: ["':id'", "'\\':id'", '":id"', "'it''s :id'", '1 /* :id */', '1 # :id\n', '1 -- :id\n', '@a := 1'],
  });
});
