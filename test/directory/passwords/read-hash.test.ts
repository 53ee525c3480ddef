import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { UnusableHash } from '../../../src/directory/passwords/password-format.ts';
import { looksLikeHash, readHash } from '../../../src/directory/passwords/read-hash.ts';
import { describeWith } from '../../support/availability.ts';

interface Vector {
  made_by: string;
  password: string;
  hash: string;
}

/** Made by make-vectors.py beside it. */
const made: Vector[] = JSON.parse(readFileSync(join(import.meta.dirname, 'vectors.json'), 'utf8'));

/** Published: PasswordHasherTest of ASP.NET Core Identity (dotnet/aspnetcore), and phpass's own test program. */
const published: Vector[] = [
  ['SHA1, 250 iterations', 'AQAAAAAAAAD6AAAAEAhftMyfTJylOlZT+eEotFXd1elee8ih5WsjXaR3PA9M'],
  [
    'SHA256, 250000 iterations',
    'AQAAAAEAA9CQAAAAIESkQuj2Du8Y+kbc5lcN/W/3NiAZFEm11P27nrSN5/tId+bR1SwV8CO1Jd72r4C08OLvplNlCDc3oQZ8efcW+jQ=',
  ],
  ['SHA512, 50 iterations', 'AQAAAAIAAAAyAAAAEOMwvh3+FZxqkdMBz2ekgGhwQ4B6pZWND6zgESBuWiHw'],
  [
    'SHA512, 250 iterations',
    'AQAAAAIAAAD6AAAAIJbVi5wbMR+htSfFp8fTw8N8GOS/Sje+S/4YZcgBfU7EQuqv4OkVYmc4VJl9AGZzmRTxSkP7LtVi9IWyUxX8IAAfZ8v+ZfhjCcudtC1YERSqE1OEdXLW9VukPuJWBBjLuw==',
  ],
  [
    'SHA512, 100000 iterations',
    'AQAAAAIAAYagAAAAEAABAgMEBQYHCAkKCwwNDg/Q8A0WMKbtHQJQ2DHCdoEeeFBrgNlldq6vH4qX/CGqGQ==',
  ],
].map(([parameters, hash = '']) => ({ made_by: `ASP.NET, ${parameters}`, password: 'my password', hash }));
published.push({
  made_by: 'phpass test.php',
  password: 'test12345',
  hash: '$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0',
});

const vectors = [...made, ...published].map((vector) => [vector.made_by, vector] as const);

/** bcrypt of the password itself: what it ignores, it ignores at the brand's login too. */
const reads72Bytes = (hash: string): boolean => /^(bcrypt\$)?\$2[abxy]\$/.test(hash);

describe.each(vectors)('%s', (_, { password, hash }) => {
  test('takes its password', async () => {
    expect(await readHash(hash).verify(password)).toBe(true);
  });

  test('takes no other: cut, longer, in other case, empty', async () => {
    const others = [password.slice(0, -2), password.toUpperCase(), ''];
    if (!reads72Bytes(hash) || Buffer.byteLength(password) < 72) others.push(`${password}x`);
    for (const other of others) expect(await readHash(hash).verify(other)).toBe(false);
  });

  test('is seen as a hash wherever it stands', () => {
    expect(looksLikeHash(hash)).toBe(true);
  });
});

describe('a password of 73 bytes', () => {
  const long = made.filter(({ password }) => Buffer.byteLength(password) === 73);

  test.each(['$2y$', '$2b$', '$2a$', '$2x$', 'bcrypt$'])(
    'under %s is told by its first 72',
    async (prefix) => {
      const vector = long.find(({ hash }) => hash.startsWith(prefix));
      const stored = readHash(vector?.hash ?? '');
      const first72 = vector?.password.slice(0, 72) ?? '';
      expect(await stored.verify(first72)).toBe(true);
      expect(await stored.verify(`${first72}something else`)).toBe(true);
      expect(await stored.verify(first72.slice(0, 71))).toBe(false);
    },
  );

  test('counts whole where a digest goes first or the format has no such bound', async () => {
    const whole = long.filter(({ hash }) => !reads72Bytes(hash));
    expect(whole.length).toBeGreaterThan(15);
    for (const { hash, password } of whole) {
      expect(await readHash(hash).verify(`${password.slice(0, 72)}something else`)).toBe(false);
      expect(await readHash(hash).verify(password.slice(0, 72))).toBe(false);
    }
  });
});

describe('a hash that cannot be used is refused when it is read', () => {
  const salt = 'c29tZXNhbHRzb21lc2FsdA';
  const digest = 'aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNo';
  test.each([
    ['plain text', 'demo'],
    ['nothing', ''],
    ['MD5', '5f4dcc3b5aa765d61d8327deb882cf99'],
    ['MD5 crypt', '$1$abcdefgh$irWbblnpmw.5z7wgBnprh0'],
    ['LDAP', '{SSHA}abcdefghijklmnop'],
    ['argon2id of 4 GiB', `$argon2id$v=19$m=4194304,t=2,p=1$${salt}$${digest}`],
    ['argon2id of 1,000 passes', `$argon2id$v=19$m=1024,t=1000,p=1$${salt}$${digest}`],
    ['argon2id of 200 lanes', `$argon2id$v=19$m=19456,t=2,p=200$${salt}$${digest}`],
    ['argon2id with a short digest', `$argon2id$v=19$m=1024,t=2,p=1$${salt}$aGFzaA`],
    ['argon2id without parameters', `$argon2id$${salt}$${digest}`],
    ['bcrypt of cost 31', `$2y$31$${'a'.repeat(53)}`],
    ['bcrypt of cost 0', `$2y$00$${'a'.repeat(53)}`],
    ['bcrypt cut off', `$2y$10$${'a'.repeat(52)}`],
    ['a bcrypt that never was', `$2z$10$${'a'.repeat(53)}`],
    ['scrypt of 1 TiB', `$scrypt$ln=30,r=8,p=1$${salt}$${digest}`],
    ['scrypt of many lanes', `$scrypt$ln=14,r=8,p=1000$${salt}$${digest}`],
    ['scrypt without a block size', `$scrypt$ln=14,p=1$${salt}$${digest}`],
    ['scrypt whose cost is no power of two', `scrypt:1000:8:1$salt$${'ab'.repeat(32)}`],
    ['PBKDF2 of four thousand million', `$pbkdf2-sha256$4000000000$${salt}$${digest}`],
    ['PBKDF2 of no iteration', `$pbkdf2-sha256$0$${salt}$${digest}`],
    ['PBKDF2 with a digest of no bytes', `$pbkdf2-sha256$1000$${salt}$`],
    ['PBKDF2 with a digest of 3 bytes', `$pbkdf2-sha256$1000$${salt}$AAAA`],
    ['PBKDF2 with a digest of 1 kB', `$pbkdf2-sha256$1000$${salt}$${'A'.repeat(1400)}`],
    ['PBKDF2 whose digest is cut off', `$pbkdf2-sha256$i=1000,l=32$${salt}$${digest}`],
    ['PBKDF2 of a hexadecimal number', `$pbkdf2-sha256$0x10$${salt}$${digest}`],
    ['Django with one part too many', `pbkdf2_sha256$1000$${salt}$${digest}=$x`],
    ['Django argon2 of something else', `argon2$2y$10$${'a'.repeat(53)}`],
    ['Django unsalted', 'sha1$$5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8'],
    ['phpass of 2^30 rounds', `$P$S${'a'.repeat(30)}`],
    ['phpass cut off', `$P$B${'a'.repeat(29)}`],
    ['Werkzeug in plain text', 'plain$$demo'],
    ['Werkzeug with half a byte', `scrypt:1024:8:1$salt$${'ab'.repeat(32)}a`],
    ['ASP.NET whose salt is longer than it', 'AQAAAAEAACcQAAAA//////////////////////8='],
    ['ASP.NET without a digest', 'AQAAAAEAACcQAAAAEAABAgMEBQYHCAkKCwwNDg8='],
    ['ASP.NET of an unknown function', 'AQAAAAkAACcQAAAAEAABAgMEBQYHCAkKCwwNDg+yWU7rLgUwPZb1Itsmra7c'],
    [
      'ASP.NET of four thousand million iterations',
      'AQAAAAH/////AAAAEAABAgMEBQYHCAkKCwwNDg+yWU7rLgUwPZb1Itsmra7c',
    ],
    ['ASP.NET with a line break', 'AQAAAAEAACcQAAAAEAABAgMEBQYH\nCAkKCwwNDg+yWU7rLgUwPZb1Itsmra7c'],
  ])('%s', (_, hash) => {
    let failure: unknown;
    try {
      readHash(hash);
    } catch (error) {
      failure = error;
    }
    expect(failure).toBeInstanceOf(UnusableHash);
    if (hash.length > 12) expect(String(failure)).not.toContain(hash.slice(-12));
  });
});

describe('the one accepted format', () => {
  const [bcrypt = '', django = ''] = ['$2y$', 'pbkdf2_sha256$'].map(
    (prefix) => made.find(({ hash }) => hash.startsWith(prefix))?.hash,
  );

  test('is read, others are not', () => {
    expect(readHash(bcrypt, 'bcrypt').cost).toBe('bcrypt:05');
    expect(() => readHash(django, 'bcrypt')).toThrow(/of the format django, and only bcrypt is accepted/);
  });
});

test.each(['Dana', '', 'dana@example.com', '4711-0815', '$ 12.50', 'AQ', 'a:b$c', 'scrypted', '{S}'])(
  'the value %j of a record is no hash',
  (text) => {
    expect(looksLikeHash(text)).toBe(false);
  },
);

describeWith('php', (program) => {
  const php = (code: string, ...values: string[]): string =>
    execFileSync(program, ['-r', code, ...values], { encoding: 'utf8' });

  test.each([
    ['short', 'a'],
    ['of 71 bytes', 'ü'.repeat(35) + 'x'],
    ['of 72 bytes', 'ü'.repeat(36)],
    ['of 73 bytes', `${'ü'.repeat(36)}x`],
    ['of every byte above 127', '\u00FF\u0080€ÿ漢字'],
  ])('a password %s is judged as PHP judges it, under 2y, 2a and 2x', async (_, password) => {
    for (const variant of ['2y', '2a', '2x']) {
      const hash = php(`echo crypt($argv[1], '$${variant}$04$' . 'NdZkU3N2eGtLd0hPcXBvTe');`, password);
      expect(await readHash(hash).verify(password)).toBe(true);
      for (const other of [`${password}x`, password.slice(1), password.toUpperCase()]) {
        const judged = php('echo json_encode(password_verify($argv[1], $argv[2]));', other, hash);
        expect([variant, other, await readHash(hash).verify(other)]).toEqual([
          variant,
          other,
          judged === 'true',
        ]);
      }
    }
  });
});
