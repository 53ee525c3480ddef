import type { JsonValue } from '../json-copy.ts';
import { type ClaimsFunction, FunctionError } from './claims-function.ts';

/**
 * Amounts as directories keep them. Decimal arithmetic is done on the decimal text, so that 1.005 rounds to 1.01 and
 * 84.2 is 8420 minor units.
 */
export const numberFunctions: Readonly<Record<string, ClaimsFunction>> = {
  round: {
    usage: 'round(number, digits?)',
    arity: [1, 2],
    apply(value, [option = 0]) {
      const digits = readDigits(option);
      return shift(roundHalfAway(shift(readAmount(value), digits)), -digits);
    },
    readOption: readDigits,
  },
  parse_number: {
    usage: 'parse_number(text, decimal?)',
    arity: [1, 2],
    apply: (value, [decimal = '.']) => parseNumber(value, readDecimal(decimal)),
    readOption: readDecimal,
  },
  to_minor_units: {
    usage: 'to_minor_units(amount, digits?)',
    arity: [1, 2],
    apply: (value, [digits = 2]) => roundHalfAway(shift(readAmount(value), readDigits(digits))),
    readOption: readDigits,
  },
  from_minor_units: {
    usage: 'from_minor_units(units, digits?)',
    arity: [1, 2],
    apply(value, [digits = 2]) {
      const units = readAmount(value);
      if (!Number.isInteger(units)) throw new FunctionError('minor units are a whole number');
      return shift(units, -readDigits(digits));
    },
    readOption: readDigits,
  },
};

/** SQL's exact decimals arrive as text. */
function readAmount(value: JsonValue): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && /^[+-]?\d+(\.\d+)?$/.test(value.trim())) return Number(value);
  throw new FunctionError('takes a number, or a text such as 84.20; parse_number() reads other texts');
}

function readDigits(digits: JsonValue): number {
  const isCount = typeof digits === 'number' && Number.isInteger(digits) && digits >= 0 && digits <= 10;
  if (!isCount) throw new FunctionError('the digits are a whole number from `0` to `10`');
  return digits;
}

/** Moves the decimal point to the right. */
function shift(number: number, places: number): number {
  const [digits, exponent = '0'] = String(number).split('e');
  return Number(`${digits}e${Number(exponent) + places}`);
}

function roundHalfAway(number: number): number {
  return Math.sign(number) * Math.round(Math.abs(number)) + 0;
}

function readDecimal(decimal: JsonValue): '.' | ',' {
  if (decimal === '.' || decimal === ',') return decimal;
  throw new FunctionError("the decimal sign is '.' or ','");
}

/** Groups of three may be set off by blanks, apostrophes or the other sign: `1.234,56`, `1 234,56`, `1'234.56`. */
function parseNumber(value: JsonValue, decimal: '.' | ','): number {
  if (typeof value === 'number') return value;
  const [whole, grouped] = decimal === '.' ? ['\\.', `[,'’\\s]`] : [',', `[.'’\\s]`];
  const form = new RegExp(`^[+-]?(?:\\d+|\\d{1,3}(?:${grouped}\\d{3})+)(?:${whole}\\d+)?$`);
  const text = typeof value === 'string' ? value.trim().replace('−', '-') : '';
  if (!form.test(text)) throw new FunctionError(`the text is no number with the decimal sign ${decimal}`);
  return Number(text.replaceAll(new RegExp(grouped, 'g'), '').replace(',', '.'));
}
