import { describe, expect, test } from '@jest/globals';
import { checkSdeExpression, defaultSdes } from '../../src/platform/sdes.ts';

const found = (source: string) =>
  checkSdeExpression(source).map(({ severity, message }) => `${severity}: ${message}`);

describe('an lp_sdes expression passes', () => {
  test.each([
    ['the default', defaultSdes],
    [
      'both types',
      "[{type: 'ctmrinfo', info: {customerId: a, registrationDate: b}}, {type: 'personal', personal: {firstname: c, contacts: [{email: d}]}}]",
    ],
    ['a condition', "plan && [{type: 'ctmrinfo', info: {ctype: plan}}]"],
    ['a body from the record', "[{type: 'ctmrinfo', info: chat.info}]"],
    ['a list from the record', 'chat.sdes'],
    ['a type from the record', '[{type: sde.type, info: {whatever: a}}]'],
    [
      'a comparison with another type',
      "[{type: 'ctmrinfo', info: {customerId: phones[?type == 'cart'] | [0].id}}]",
    ],
    ['JSON', '`[{"type":"ctmrinfo","info":{"role":"owner"}}]`'],
    ['a text that mentions a type', "[{type: 'ctmrinfo', info: {role: 'type: cart'}}]"],
    ['what does not parse, which the claims check reports', "[{type: 'cart'"],
  ])('with %s', (_title, source) => {
    expect(found(source)).toEqual([]);
  });
});

describe('an SDE for anonymous visitors is refused', () => {
  test.each(['cart', 'purchase', 'prodView', 'mrktInfo', 'lead', 'service', 'error', 'searchInfo'])(
    '%s',
    (type) => {
      expect(found(`[{type: '${type}', info: x}]`)).toEqual([
        `error: the SDE ${type} is not supported in authenticated flows: LivePerson takes ctmrinfo and personal only`,
      ]);
    },
  );

  test.each([
    ['behind a condition', "big && [{type: 'cart'}] || [{type: 'ctmrinfo', info: {ctype: p}}]"],
    ['in a function', "[merge({type: 'cart'}, cart)]"],
    ['in a projection', "orders[].{type: 'cart', total: total}"],
    ['in JSON', '`[{"type":"ctmrinfo","info":{}},{"type":"cart"}]`'],
    ['after a pipe', "@ | [{type: 'cart'}]"],
    ['in a let', "let $a = [{type: 'cart'}] in $a"],
  ])('%s', (_title, source) => {
    expect(found(source)).toEqual([expect.stringContaining('the SDE cart is not supported')]);
  });
});

describe('a mistake is found', () => {
  test.each([
    [
      "[{type: 'Ctmrinfo', info: x}]",
      "error: 'Ctmrinfo' is no SDE of authenticated flows: LivePerson takes ctmrinfo and personal only",
    ],
    [
      "[{type: '__proto__', info: x}]",
      "error: '__proto__' is no SDE of authenticated flows: LivePerson takes ctmrinfo and personal only",
    ],
    ["{type: 'ctmrinfo', info: {ctype: a}}", 'error: lp_sdes must be a list of SDEs'],
    ["'ctmrinfo'", 'error: lp_sdes must be a list of SDEs'],
    ["[{type: 'ctmrinfo', customerId: a}]", 'error: the SDE ctmrinfo has no member info'],
    ["[{type: 'personal', info: {firstname: a}}]", 'error: the SDE personal has no member personal'],
    [
      '[{type: ctmrinfo, info: {ctype: a}}]',
      'warning: type: ctmrinfo reads the account\'s member "ctmrinfo"',
    ],
    [
      "[{type: 'ctmrinfo', info: {customerID: a}}]",
      'warning: ctmrinfo has no field customerID: no agent would see it',
    ],
    [
      "[{type: 'ctmrinfo', info: {storeNumber: a}}]",
      'warning: ctmrinfo has no field storeNumber: no agent would see it',
    ],
    [
      "[{type: 'personal', personal: {firstName: a}}]",
      'warning: personal has no field firstName: no agent would see it',
    ],
  ])('%s', (source, problem) => {
    expect(found(source)).toEqual([problem]);
  });
});
