import { describe, expect, test } from '@jest/globals';
import { compileExpression, ExpressionError } from '../../src/claims/compile-expression.ts';

describe('an expression', () => {
  test.each([
    ['account.number', { account: { number: '4711' } }, '4711'],
    ['account.number', {}, null],
    ["join(' ', [a, b])", { a: 'x', b: 'y' }, 'x y'],
    ['bills[?open].amount | sum(@)', { bills: [{ open: true, amount: 2 }, { amount: 5 }] }, 2],
    ['to_number(day[0:4])', { day: '2026-11-02' }, 2026],
  ])('%s', (source, record, expected) => {
    expect(compileExpression(source).evaluate(record)).toEqual(expected);
  });

  test.each([
    'constructor',
    '__proto__',
    'toString',
    'a.constructor',
    'a.b.constructor.name',
    'list.length',
    'hasOwnProperty',
  ])("%s does not reach JavaScript's own members", (source) => {
    const record = { a: { b: 'text' }, list: [1] };
    expect(compileExpression(source).evaluate(record)).toBeNull();
  });

  test.each([
    ['a b', 'unexpected token type: UnquotedIdentifier, value: b, at character 3 ("b")'],
    ['{balance: billing.balance,, due: x}', 'at character 27 (",'],
    ['account.', 'it ends too early'],
    ['{a: b', 'it ends too early'],
    ['', 'it ends too early'],
    ['`{bad', 'not a JMESPath expression'],
    ['nofn(a)', 'there is no function nofn()'],
    ['a || b[?c].{d: nofn(@)}', 'there is no function nofn()'],
  ])('%j is refused with its place', (source, message) => {
    expect(() => compileExpression(source)).toThrow(ExpressionError);
    expect(() => compileExpression(source)).toThrow(message);
  });

  test('a text that looks like a call is no call', () => {
    expect(compileExpression('`{"type":"Function","name":"nofn"}`').evaluate({})).toEqual({
      type: 'Function',
      name: 'nofn',
    });
  });
});
