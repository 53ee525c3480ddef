import { DateTime, IANAZone } from 'luxon';
import type { JsonValue } from '../json-copy.ts';
import { type ClaimsFunction, FunctionError } from './claims-function.ts';

/**
 * Dates as directories keep them (ISO 8601 texts, SQL timestamps, seconds since the epoch) in the forms that tokens
 * want. A time zone (IANA name, default UTC) says in which place an instant's date is meant, and is the zone of a time
 * that says none.
 */

/** `2026-11-02`, perhaps with a time and an offset; a blank instead of T as SQL writes it. */
const isoText =
  /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?(?:Z|[+-]\d{2}(?::?\d{2})?))?)?$/;

/** Seconds of the years 1800 and 2200: what lies outside is another unit. */
const oldest = -5_364_662_400;
const newest = 7_258_118_400;

export const dateFunctions: Readonly<Record<string, ClaimsFunction>> = {
  to_date: dateFunction('to_date(value, zone?)', (date) => date.toISODate()),
  to_date_time: dateFunction('to_date_time(value, zone?)', (date) =>
    date.toUTC().toISO({ suppressMilliseconds: true }),
  ),
  to_epoch: dateFunction('to_epoch(value, zone?)', (date) => Math.floor(date.toSeconds())),
  to_date_parts: dateFunction('to_date_parts(value, zone?)', ({ day, month, year }) => ({
    day,
    month,
    year,
  })),
  parse_date: {
    usage: 'parse_date(text, format)',
    arity: [2, 2],
    apply(text, [option = null]) {
      const format = readFormat(option);
      if (typeof text !== 'string') throw new FunctionError('takes a text');
      const date = DateTime.fromFormat(text.trim(), format, { zone: 'utc', locale: 'en' });
      if (!date.isValid) throw new FunctionError(`the text is no date of the form ${format}`);
      return date.toISODate();
    },
    readOption: readFormat,
  },
};

function dateFunction(usage: string, format: (date: DateTime) => JsonValue): ClaimsFunction {
  return {
    usage,
    arity: [1, 2],
    apply: (value, [zone = 'utc']) => format(readDate(value, readZone(zone))),
    readOption: readZone,
  };
}

function readZone(zone: JsonValue): string {
  if (typeof zone === 'string' && (zone === 'utc' || IANAZone.isValidZone(zone))) return zone;
  throw new FunctionError("the time zone is not known: write a name such as 'Europe/Berlin'");
}

function readFormat(format: JsonValue): string {
  if (typeof format === 'string' && /y/.test(format) && /[ML]/.test(format) && /d/.test(format))
    return format;
  throw new FunctionError("the format needs year, month and day, such as 'dd.MM.yyyy'");
}

function readDate(value: JsonValue, zone: string): DateTime {
  if (typeof value === 'number') {
    if (value < oldest || value > newest) {
      throw new FunctionError('the number is no time in seconds: divide milliseconds by `1000`');
    }
    return DateTime.fromSeconds(value, { zone });
  }
  if (typeof value !== 'string' || !isoText.test(value.trim())) {
    throw new FunctionError('takes a date such as 2026-11-02, a date and time, or seconds since 1970');
  }
  // SQL writes a blank before the time, and one before the offset.
  const date = DateTime.fromISO(value.trim().replace(' ', 'T').replace(' ', ''), { zone });
  if (!date.isValid) throw new FunctionError('the date is not in the calendar');
  return date;
}
