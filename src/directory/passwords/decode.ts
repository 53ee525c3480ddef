import { UnusableHash } from './password-format.ts';

/** Texts of hashes into bytes and numbers. Node's own decoders skip what they do not know; here that is an error. */

/** Base64 with or without padding; `.` for `+`, as the programs of passlib write it. @throws UnusableHash */
export function decodeBase64(text: string, format: string): Buffer {
  if (!/^[A-Za-z0-9+/.]+={0,2}$/.test(text)) throw broken(format);
  return Buffer.from(text.replaceAll('.', '+'), 'base64');
}

/** @throws UnusableHash */
export function decodeHex(text: string, format: string): Buffer {
  if (!/^(?:[0-9a-f]{2})+$/i.test(text)) throw broken(format);
  return Buffer.from(text, 'hex');
}

/** @returns NaN for what is no plain decimal number, which every limit refuses */
export function decodeNumber(text: string | undefined): number {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
}

/** The parts between `$`, as many as the format has. @throws UnusableHash */
export function splitHash<Count extends number>(
  hash: string,
  count: Count,
  format: string,
): string[] & { length: Count } {
  const parts = hash.split('$');
  if (parts.length !== count) throw broken(format);
  return parts as string[] & { length: Count };
}

/** `ln=17,r=8,p=1`: the parameters of a PHC string. */
export function readParameters(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(',').map((pair) => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

export function broken(format: string): UnusableHash {
  return new UnusableHash(`a ${format} hash is broken`);
}
