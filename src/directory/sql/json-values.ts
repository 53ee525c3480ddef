import { unusableAnswer } from '../unusable-answer.ts';

/** Values of SQL as JSON has them. */

/**
 * A decimal number that JavaScript holds exactly as it is written, else its text: 84.20 is the number 84.2, a
 * balance of thirty digits stays a text. Up to 15 significant digits always fit (IEEE 754).
 */
export function toNumber(text: string): number | string {
  const digits = text.replace(/^-|\.|e.*$/gi, '').replace(/^0+/, '');
  const number = Number(text);
  if (!Number.isFinite(number)) return text;
  return digits.length <= 15 || (Number.isSafeInteger(number) && String(number) === text) ? number : text;
}

/** `2026-11-25 22:53:48.5` becomes `2026-11-25T22:53:48.5`; with a zone of UTC, `…Z`. Other texts stay as they are. */
export function toIsoTime(text: string): string {
  return text.replace(
    /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)(?:(\+00(?::00)?)|([+-]\d\d(?::\d\d)?))?$/,
    (_, day, time, utc, zone) => {
      return `${day}T${time}${utc ? 'Z' : (zone ?? '')}`;
    },
  );
}

export function fromJson(text: string): unknown {
  return JSON.parse(text);
}

export function refuseBinary(name: string): never {
  throw unusableAnswer(`the column ${name} is binary: leave it out of the statement, or encode it there`);
}
