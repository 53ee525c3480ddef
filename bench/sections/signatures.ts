import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { CompactSign } from 'jose';
import { markdownTable } from '../report.ts';
import type { Section } from './section.ts';

type Algorithm = 'RS256' | 'ES256';

const repeats = { RS256: 800, ES256: 4000 };
const payload = { iss: 'https://id.bench.example', sub: 'c-bench', aud: 'web', text: 'x'.repeat(300) };

/** What one signature of an ID token takes, by the ways there are to make it, and how much of that the main thread does. */
export const signatures: Section = async ({ parallel }) => {
  const rows: string[][] = [];
  for (const alg of ['RS256', 'ES256'] as const) {
    const { privateKey } =
      alg === 'RS256'
        ? generateKeyPairSync('rsa', { modulusLength: 2048 })
        : generateKeyPairSync('ec', { namedCurve: 'P-256' });
    for (const [way, signOne] of Object.entries(waysOf(alg, privateKey))) {
      const { all, main } = await cost(signOne, { parallel, repeats: repeats[alg] });
      rows.push([alg, way, all.toFixed(3), main.toFixed(3)]);
    }
  }
  return markdownTable([['algorithm', 'by', 'processor time, ms', 'of it on the main thread'], ...rows]);
};

function waysOf(alg: Algorithm, key: KeyObject): Record<string, () => Promise<unknown>> {
  const jwk = { ...key.export({ format: 'jwk' }), alg };
  const text = Buffer.from(JSON.stringify(payload));
  const input = () =>
    Buffer.from(
      `${Buffer.from(JSON.stringify({ alg })).toString('base64url')}.${text.toString('base64url')}`,
    );
  const native = { key, dsaEncoding: 'ieee-p1363' } as const;
  return {
    'the library (jose, WebCrypto)': () => new CompactSign(text).setProtectedHeader({ alg }).sign(jwk),
    'node:crypto, another thread': () =>
      new Promise((resolve, reject) => {
        sign('sha256', input(), native, (error, made) => (error ? reject(error) : resolve(made)));
      }),
    'node:crypto, the main thread': async () => sign('sha256', input(), native),
  };
}

/** Milliseconds for one. */
async function cost(
  signOne: () => Promise<unknown>,
  { parallel, repeats: count }: { parallel: number; repeats: number },
): Promise<{ all: number; main: number }> {
  const run = async (total: number) => {
    let begun = 0;
    const work = async () => {
      while (begun++ < total) await signOne();
    };
    await Promise.all(Array.from({ length: parallel }, work));
  };
  await run(count / 4);
  const before = { all: process.cpuUsage(), main: process.threadCpuUsage() };
  await run(count);
  const [all, main] = [process.cpuUsage(before.all), process.threadCpuUsage(before.main)];
  return { all: (all.user + all.system) / 1000 / count, main: (main.user + main.system) / 1000 / count };
}
