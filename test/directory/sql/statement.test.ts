import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { bind, parseStatement, StatementError } from '../../../src/directory/sql/statement.ts';
import type { Dialect } from '../../../src/directory/sql/tokens.ts';

const values = { id: 'the id' };

function bound(sql: string, dialect: Dialect) {
  return bind(parseStatement(sql, dialect, ['id']), dialect, values);
}

describe('a statement of PostgreSQL', () => {
  test.each([
    ['select * from a where id = :id', 'select * from a where id = $1', 1],
    ['select :id, :id', 'select $1, $1', 1],
    [
      'select id::text from a where id::text = :id::text',
      'select id::text from a where id::text = $1::text',
      1,
    ],
    ["select ':id', 'it''s :id', :id", "select ':id', 'it''s :id', $1", 1],
    ["select E'\\':id', :id", "select E'\\':id', $1", 1],
    ["select '\\', :id", "select '\\', $1", 1],
    ['select ":id", "a"":id", :id', 'select ":id", "a"":id", $1', 1],
    ['select $$:id$$, $a$ $$ :id $a$, :id', 'select $$:id$$, $a$ $$ :id $a$, $1', 1],
    ["select :id -- it's :id\n, 1", "select $1 -- it's :id\n, 1", 1],
    ['select /* :id /* nested */ :id */ :id', 'select /* :id /* nested */ :id */ $1', 1],
    ['select f(a := :id)', 'select f(a := $1)', 1],
    ['select :id;  -- done', 'select $1  -- done', 1],
    ['select tabelle_é.id from é where :id = "ü"', 'select tabelle_é.id from é where $1 = "ü"', 1],
    [
      "select a #>> '{b,c}', a ? 'b' from a where id=:id",
      "select a #>> '{b,c}', a ? 'b' from a where id=$1",
      1,
    ],
  ])('%s', (sql, text, count) => {
    expect(bound(sql, 'postgres')).toEqual({ text, values: Array(count).fill('the id') });
  });
});

describe('a statement of MySQL', () => {
  test.each([
    ['select * from a where id = :id', 'select * from a where id = ?', 1],
    ['select :id, :id', 'select ?, ?', 2],
    ["select 'it\\'s :id', 'it''s :id', :id", "select 'it\\'s :id', 'it''s :id', ?", 1],
    ['select "a\\":id", :id', 'select "a\\":id", ?', 1],
    ['select `:id`, `a``:id`, :id', 'select `:id`, `a``:id`, ?', 1],
    ["select :id # it's :id\n, 1", "select ? # it's :id\n, 1", 1],
    ["select :id -- it's :id\n, 1", "select ? -- it's :id\n, 1", 1],
    ['select 1--:id', 'select 1--?', 1],
    ['select 1 --\n, :id', 'select 1 --\n, ?', 1],
    ['select /* :id /* :id */ :id', 'select /* :id /* :id */ ?', 1],
    ['select @a := :id', 'select @a := ?', 1],
  ])('%s', (sql, text, count) => {
    expect(bound(sql, 'mysql')).toEqual({ text, values: Array(count).fill('the id') });
  });
});

describe('what is refused before a database is asked', () => {
  test.each<[string, Dialect, string, RegExp]>([
    ['no parameter', 'postgres', 'select 1', /does not use :id/],
    ['a parameter in quotes only', 'postgres', "select ':id'", /does not use :id/],
    ['another name', 'postgres', 'select :id, :login', /unknown parameter :login/],
    ['two statements', 'postgres', 'select :id; drop table a', /more than one statement/],
    ['two statements in MySQL', 'mysql', 'select :id; select 1', /more than one statement/],
    ["a driver's own place", 'postgres', 'select $1, :id', /has \$1 for a value/],
    ["a driver's own place in MySQL", 'mysql', 'select ?, :id', /has \? for a value/],
    ['an open text', 'postgres', "select ':id", /a text that is not closed/],
    ['an open text with escapes', 'postgres', "select E'\\':id", /a text that is not closed/],
    ['an open dollar quote', 'postgres', 'select $a$ :id $b$', /a text that is not closed/],
    ['an open name', 'postgres', 'select ":id', /a quoted name that is not closed/],
    ['an open name in MySQL', 'mysql', 'select `:id', /a quoted name that is not closed/],
    ['an open comment', 'postgres', 'select /* /* */ :id', /a comment that is not closed/],
  ])('%s', (_, dialect, sql, message) => {
    expect(() => bound(sql, dialect)).toThrow(StatementError);
    expect(() => bound(sql, dialect)).toThrow(message);
  });
});

/** Pieces in which a parameter's name is no parameter. */
const quiet: Record<Dialect, string[]> = {
  postgres: [
    "':id'",
    "''':id'",
    '":id"',
    '$$:id$$',
    '$x$:id $y$$x$',
    '--:id\n',
    '/*:id*/',
    '::id',
    "e'\\':id'",
  ],
  mysql: ["':id'", "'\\':id'", '":id"', '`:id`', '-- :id\n', '#:id\n', '/*:id*/', ':=id'],
};
/** Pieces around them. */
const plain = [' ', '\n', ',', '(', ')', 'a', 'a1', '1', '=', '+', '.', '*', 'é', 'from', '<', '- '];

test.each(['postgres', 'mysql'] as const)('of %s, parameters are replaced and nothing else', (dialect) => {
  const piece = fc.oneof(
    fc.constantFrom(...quiet[dialect]).map((text) => ({ text, parameter: false })),
    fc.constantFrom(...plain).map((text) => ({ text, parameter: false })),
    fc.constant({ text: ':id', parameter: true }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      // A blank keeps each piece what it is: "a" before a quote could begin another kind of text.
      const sql = [...pieces, { text: ':id', parameter: true }];
      const place = dialect === 'postgres' ? '$1' : '?';
      const expected = sql.map(({ text, parameter }) => (parameter ? place : text)).join(' ');
      const { text, values: given } = bound(sql.map(({ text: own }) => own).join(' '), dialect);
      expect(text).toBe(expected);
      const count = sql.filter(({ parameter }) => parameter).length;
      expect(given).toEqual(Array(dialect === 'postgres' ? 1 : count).fill('the id'));
    }),
    { numRuns: 500 },
  );
});

test.each(['postgres', 'mysql'] as const)(
  'of %s, any text ends in an answer and loses nothing',
  (dialect) => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (sql) => {
        try {
          const { parts } = parseStatement(`${sql}\n :id`, dialect, ['id']);
          expect(parts.join('').replaceAll(';', '')).toBe(
            `${sql}\n id`.replaceAll(':id', 'id').replaceAll(';', ''),
          );
        } catch (error) {
          expect(error).toBeInstanceOf(StatementError);
        }
      }),
      { numRuns: 1000 },
    );
  },
);
