import { createSend } from '../measure/http-client.ts';
import type { Subject } from '../subject/subject.ts';
import type { BenchCase, Operate } from './bench-case.ts';
import { livechatCases } from './livechat.ts';
import { signInCases } from './sign-in.ts';
import { silentCases } from './silent.ts';
import { tokenCases } from './tokens.ts';

export const allCases: readonly BenchCase[] = [
  getCase('discovery', '/.well-known/openid-configuration'),
  getCase('jwks', '/jwks'),
  ...silentCases,
  ...tokenCases,
  ...signInCases,
  ...livechatCases,
];

export function findCase(name: string): BenchCase {
  const found = allCases.find((one) => one.name === name);
  if (!found) throw new Error(`no case "${name}": ${allCases.map((one) => one.name).join(', ')}`);
  return found;
}

/** Browsers in turn, so that each comes back as late as their number allows. */
export function takeTurns(cookies: readonly string[]): () => string {
  let position = 0;
  return () => cookies[position++ % cookies.length] ?? '';
}

export interface Browsers {
  /** They come back after a while. */
  aged: () => string;
  /** They were here a moment ago. */
  recent: () => string;
}

export async function prepareCase(
  { prepare, again }: BenchCase,
  {
    subject,
    browsers,
    parallel,
  }: { subject: Pick<Subject, 'name' | 'issuer'>; browsers: Browsers; parallel: number },
): Promise<{ operate: Operate; close(): void }> {
  const send = createSend(subject.issuer);
  const nextCookie = again ? browsers.recent : browsers.aged;
  return { operate: await prepare({ subject, send, nextCookie, parallel }), close: send.close };
}

function getCase(name: string, path: string): BenchCase {
  return {
    name,
    prepare:
      async ({ send }) =>
      async () => {
        const { status } = await send(path);
        if (status !== 200) throw new Error(`${path} answered ${status}`);
      },
  };
}
