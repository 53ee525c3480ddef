import { hash, verify } from '@node-rs/argon2';
import { hash as bcryptHash, verify as bcryptVerify } from '@node-rs/bcrypt';
import { markdownTable } from '../report.ts';
import type { Section } from './section.ts';

const password = 'a password of the usual length';
const repeats = 10;

/** What checking one password takes, apart from everything else: more than all of the sign-in around it. */
export const hashes: Section = async () => {
  const strong = await hash(password, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
  const cheap = await hash(password, { memoryCost: 1024, timeCost: 1, parallelism: 1 });
  const bcrypt = await bcryptHash(password, 10);
  const rows = [
    ['argon2id, 19 MiB, 2 passes (OWASP)', await cost(() => verify(strong, password))],
    ['bcrypt, cost 10', await cost(() => bcryptVerify(password, bcrypt))],
    ['argon2id, 1 MiB, 1 pass (the accounts of this benchmark)', await cost(() => verify(cheap, password))],
  ];
  return markdownTable([['hash', 'ms of processor time'], ...rows]);
};

async function cost(check: () => Promise<boolean>): Promise<string> {
  const before = process.cpuUsage();
  for (let done = 0; done < repeats; done += 1) await check();
  const { user, system } = process.cpuUsage(before);
  return ((user + system) / 1000 / repeats).toFixed(1);
}
