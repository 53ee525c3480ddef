import { Redis } from 'ioredis';
import { createSend } from '../measure/http-client.ts';
import { redeem, silentCode } from '../cases/silent.ts';
import { signInAll } from '../cases/sign-in.ts';
import { takeTurns } from '../cases/all-cases.ts';
import { markdownTable } from '../report.ts';
import { startBare } from '../subject/start-bare.ts';
import { startParley } from '../subject/start-parley.ts';
import type { Subject } from '../subject/subject.ts';
import type { Section } from './section.ts';

const consumers = 40;

/** What a consumer who is signed in and has one conversation occupies in Redis. */
export const bytes: Section = async ({ keys }) => {
  const rows: string[][] = [];
  const sizes: number[] = [];
  for (const start of [startBare, startParley]) {
    const subject = await start({ keys });
    try {
      await converse(subject);
      const { keyCount, total } = await measureRedis(subject.redisUrl ?? '');
      sizes.push(total / consumers);
      rows.push([subject.name, (keyCount / consumers).toFixed(1), (total / consumers).toFixed(0)]);
    } finally {
      await subject.stop();
    }
  }
  const ratio = (sizes[0] ?? 0) / (sizes[1] ?? 1);
  return `${markdownTable([['server', 'keys', 'bytes'], ...rows])}\n\nbare ÷ Parley: ${ratio.toFixed(2)}`;
};

async function converse(subject: Subject): Promise<void> {
  const nextCookie = takeTurns(await signInAll(subject, consumers));
  const send = createSend(subject.issuer);
  const place = { subject, send, nextCookie, parallel: 1 };
  for (let done = 0; done < consumers; done += 1) await redeem(place, await silentCode(place));
  send.close();
}

async function measureRedis(url: string): Promise<{ keyCount: number; total: number }> {
  const redis = new Redis(url);
  const keys = await redis.keys('*');
  const sizes = await Promise.all(keys.map((key) => redis.memory('USAGE', key)));
  await redis.quit();
  return { keyCount: keys.length, total: sizes.reduce<number>((sum, size) => sum + Number(size), 0) };
}
