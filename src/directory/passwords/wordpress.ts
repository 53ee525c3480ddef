import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { readBcrypt } from './bcrypt.ts';
import { broken } from './decode.ts';
import { checkCost } from './hash-limits.ts';
import type { PasswordFormat, StoredHash } from './password-format.ts';

/**
 * WordPress: `$wp$2y$…` since 6.8, a bcrypt hash of base64(HMAC-SHA-384(password, key "wp-sha384")); before it
 * phpass's portable hash `$P$…`, which phpBB writes as `$H$…`.
 */
export const wordpress: PasswordFormat = {
  read(hash) {
    if (hash.startsWith('$wp$')) return readBcrypt(hash.slice(3), sha384);
    return /^\$[PH]\$/.test(hash) ? readPhpass(hash) : undefined;
  },
};

function sha384(password: string): string {
  return createHmac('sha384', 'wp-sha384').update(password).digest('base64');
}

const alphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

function readPhpass(hash: string): StoredHash {
  const [, cost = '', salt = '', digest = ''] =
    /^\$[PH]\$([./0-9A-Za-z])([./0-9A-Za-z]{8})([./0-9A-Za-z]{22})$/.exec(hash) ?? [];
  if (digest === '') throw broken('phpass');
  const rounds = alphabet.indexOf(cost);
  checkCost('phpass', { phpassCost: rounds });
  return {
    cost: `phpass:${rounds}`,
    async verify(password) {
      const computed = encode(await stretch(password, salt, 2 ** rounds));
      return timingSafeEqual(Buffer.from(computed), Buffer.from(digest));
    },
  };
}

/** Rounds of MD5 run on the main thread: in slices, so that other requests go on. */
const slice = 1024;

async function stretch(password: string, salt: string, rounds: number): Promise<Buffer> {
  const key = Buffer.from(password);
  let digest = md5(Buffer.from(salt), key);
  for (let round = 0; round < rounds; round += 1) {
    digest = md5(digest, key);
    if (round % slice === slice - 1) await setImmediate();
  }
  return digest;
}

function md5(...parts: Buffer[]): Buffer {
  return createHash('md5').update(Buffer.concat(parts)).digest();
}

/** phpass's own base 64: six bits at a time, the lowest first. */
function encode(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const group = bytes.subarray(at, at + 3);
    let value = group.reduce((sum, byte, place) => sum | (byte << (8 * place)), 0);
    for (let place = 0; place <= group.length; place += 1) {
      text += alphabet[value & 63];
      value >>>= 6;
    }
  }
  return text;
}
