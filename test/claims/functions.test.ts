import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { claimsFunctions } from '../../src/claims/functions/register-functions.ts';
import { compileExpression, ExpressionError } from '../../src/claims/compile-expression.ts';
import { reasonOf } from '../../src/claims/evaluation-reason.ts';

/** The functions that mappings have beside JMESPath's own, called as a mapping calls them. */
const evaluate = (source: string, value?: unknown, other?: unknown) =>
  compileExpression(source).evaluate({ v: value, other });

function failureOf(source: string, value: unknown): string {
  try {
    return `no failure but ${JSON.stringify(evaluate(source, value))}`;
  } catch (error) {
    return reasonOf(error);
  }
}

describe('dates', () => {
  test.each([
    ['to_date(v)', '2026-11-02', '2026-11-02'],
    ['to_date(v)', '2026-11-01T23:30:00Z', '2026-11-01'],
    ["to_date(v, 'Europe/Berlin')", '2026-11-01T23:30:00Z', '2026-11-02'],
    ["to_date(v, 'Pacific/Honolulu')", '2026-11-02T05:00:00+00:00', '2026-11-01'],
    // A date alone is that date everywhere, and a time without a zone is one of the place.
    ["to_date(v, 'Pacific/Kiritimati')", '2026-11-02', '2026-11-02'],
    ["to_epoch(v, 'Europe/Berlin')", '2026-07-01T02:00:00', 1_782_864_000],
    ['to_date(v)', 1_793_575_800, '2026-11-01'],
    ['to_date(v / `1000`)', 1_793_575_800_000, '2026-11-01'],
    ['to_date(v)', 0, '1970-01-01'],
    ['to_date(v)', '2024-02-29', '2024-02-29'],
    ['to_date_time(v)', '2026-11-02 10:00:00.000 +02:00', '2026-11-02T08:00:00Z'],
    ['to_date_time(v)', '2026-11-02T10:00', '2026-11-02T10:00:00Z'],
    ['to_epoch(v)', '2026-11-02T00:00:00.900Z', 1_793_577_600],
    ['to_date_parts(v)', '2026-11-02', { day: 2, month: 11, year: 2026 }],
    ["to_date_parts(v, 'Europe/Berlin')", '2026-12-31T23:30:00Z', { day: 1, month: 1, year: 2027 }],
    ["parse_date(v, 'dd.MM.yyyy')", ' 02.11.2026 ', '2026-11-02'],
    ["to_date_parts(parse_date(v, 'd MMM yyyy'))", '2 Nov 2026', { day: 2, month: 11, year: 2026 }],
  ])('%s of %j is %j', (source, value, expected) => {
    expect(evaluate(source, value)).toEqual(expected);
  });

  test.each([
    ['to_date(v)', '02.11.2026', /takes a date such as/],
    ['to_date(v)', '10:00', /takes a date such as/],
    ['to_date(v)', '', /takes a date such as/],
    ['to_date(v)', true, /takes a date such as/],
    ['to_date(v)', '2026-02-30', /not in the calendar/],
    ['to_date(v)', '2026-11-02T25:00:00Z', /not in the calendar/],
    ['to_epoch(v)', 1_793_575_800_000, /divide milliseconds by `1000`/],
    ['to_date(`0`, v)', 'Europe/Berln', /time zone is not known/],
    ["parse_date(v, 'dd.MM.yyyy')", '2026-11-02', /no date of the form dd\.MM\.yyyy/],
    ["parse_date(v, 'dd.MM.yyyy')", 5, /takes a text/],
  ])('%s of %j says why not', (source, value, reason) => {
    expect(failureOf(source, value)).toMatch(reason);
  });

  test('a date goes round through every form', () => {
    const days = fc.date({ min: new Date('1900-01-01'), max: new Date('2199-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(days, (date) => {
        const day = date.toISOString().slice(0, 10);
        expect(evaluate('to_date(to_epoch(v))', day)).toBe(day);
        expect(evaluate('to_date(to_date_time(v))', day)).toBe(day);
      }),
      { numRuns: 200 },
    );
  });
});

describe('numbers', () => {
  test.each([
    ['round(v)', 2.5, 3],
    ['round(v)', -2.5, -3],
    ['round(v, `2`)', 1.005, 1.01],
    ['round(v, `2`)', '84.205', 84.21],
    ['round(v, `1`)', 1e21, 1e21],
    ['round(v)', -0.2, 0],
    ["parse_number(v, ',')", '1.234.567,89', 1_234_567.89],
    ['parse_number(v)', "1'234.56", 1234.56],
    ['parse_number(v)', ' -1,234.5 ', -1234.5],
    ["parse_number(v, ',')", '1 234,5', 1234.5],
    ['parse_number(v)', '−5', -5],
    ['parse_number(v)', 7, 7],
    ['to_minor_units(v)', 84.2, 8420],
    ['to_minor_units(v)', '1.15', 115],
    ['to_minor_units(v, `0`)', 1234, 1234],
    ['to_minor_units(v, `3`)', 0.0015, 2],
    ['from_minor_units(v)', 8420, 84.2],
    ['from_minor_units(v, `3`)', -1, -0.001],
  ])('%s of %j is %j', (source, value, expected) => {
    expect(evaluate(source, value)).toBe(expected);
  });

  test.each([
    ['round(v)', '1,5', /takes a number, or a text such as 84\.20/],
    ['round(v)', true, /takes a number/],
    ['parse_number(v)', '1.234,56', /no number with the decimal sign \./],
    ["parse_number(v, ',')", '12.34', /no number/],
    ['parse_number(v)', '12 EUR', /no number/],
    ['parse_number(v)', '0x1F', /no number/],
    ['from_minor_units(v)', 84.2, /whole number/],
  ])('%s of %j says why not', (source, value, reason) => {
    expect(failureOf(source, value)).toMatch(reason);
  });

  test('every amount in cents survives the way there and back', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), (cents) => {
        expect(evaluate('to_minor_units(from_minor_units(v))', cents)).toBe(cents);
      }),
    );
  });
});

describe('phones', () => {
  test.each([
    ['to_e164(v)', '+49 (0)30 1234567', '+49301234567'],
    ["to_e164(v, 'DE')", '0170/1234567', '+491701234567'],
    ["to_e164(v, 'US')", '(212) 555-0123', '+12125550123'],
    ["to_e164(v, 'DE')", '+1 212 555 0123', '+12125550123'],
    ["to_e164(v, 'DE')", '030 1234567 ext 5', '+49301234567;ext=5'],
  ])('%s of %j is %j', (source, value, expected) => {
    expect(evaluate(source, value)).toBe(expected);
  });

  test.each([
    ['to_e164(v)', '030 1234567', /with its country code/],
    ["to_e164(v, 'DE')", '123', /no phone number there/],
    ["to_e164(v, 'DE')", 'call 030 1234567', /no phone number there/],
    ["to_e164(v, 'DE')", 301_234_567, /takes a text/],
  ])('%s of %j says why not', (source, value, reason) => {
    expect(failureOf(source, value)).toMatch(reason);
  });
});

describe('every function', () => {
  const names = Object.keys(claimsFunctions);

  test.each(names)('%s gives nothing for nothing, and says no value when it fails', (name) => {
    const { arity } = claimsFunctions[name]!;
    const call = `${name}(${['v', 'other', 'other'].slice(0, arity[0]).join(', ')})`;
    expect(evaluate(call, undefined, 'x')).toBeNull();
    expect(failureOf(call, 'Secret-4711')).not.toMatch(/Secret-4711/);
  });

  test.each(names)('%s is explained in docs/configuration.md', async (name) => {
    const page = await readFile(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
    expect(page).toContain(`| \`${claimsFunctions[name]?.usage}\` |`);
  });

  test('takes the default where the record has no option', () => {
    expect(evaluate('to_date(v, other)', '2026-11-02')).toBe('2026-11-02');
  });

  test.each([
    ['to_date()', 'to_date(value, zone?) has 0 arguments'],
    ["to_date(v, 'utc', 'utc')", 'to_date(value, zone?) has 3 arguments'],
    ['a || to_dat(v)', 'there is no function to_dat()'],
    ['length(v, v)', 'length() takes 1 argument but received 2'],
    ["map(&to_e164(@, 'XX'), v)", 'to_e164(): the country is not known'],
    ["{at: to_date(v, 'Europe/Berln')}", 'to_date(): the time zone is not known'],
    ["parse_date(v, 'dd.MM')", 'parse_date(): the format needs year, month and day'],
    ['round(v, `1.5`)', 'round(): the digits are a whole number'],
    ["parse_number(v, ';')", 'parse_number(): the decimal sign'],
  ])('%s is refused when the configuration is read', (source, message) => {
    expect(() => compileExpression(source)).toThrow(ExpressionError);
    expect(() => compileExpression(source)).toThrow(message);
  });
});
