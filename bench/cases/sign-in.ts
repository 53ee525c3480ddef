import { authorizationUrl, signIn } from '../../test/support/relying-party.ts';
import { Visitor } from '../../test/support/visitor.ts';
import { clientIds, login, redirectUri, scope, secret } from '../subject/example.ts';
import type { Subject } from '../subject/subject.ts';
import { type BenchCase, type Operate, type Place } from './bench-case.ts';
import { challenge, redeem, verifier } from './silent.ts';

/**
 * Code and PKCE for a browser that nobody knows. Parley shows its password page; the bare server has none and signs in
 * whoever comes, so that it answers two requests less.
 */
export const signInCases: readonly BenchCase[] = [
  {
    name: 'full sign-in',
    prepare: async (place): Promise<Operate> => {
      const request = { scope, code_challenge: challenge, code_challenge_method: 'S256' };
      return async () => {
        const browser = { visitor: new Visitor(), clientId: 'web', request };
        const code = await signInAt(place.subject, browser);
        await redeem(place, { code, code_verifier: verifier });
      };
    },
  },
];

/** @returns the code */
async function signInAt(
  { name, issuer }: Pick<Subject, 'name' | 'issuer'>,
  { visitor, clientId, request }: { visitor: Visitor; clientId: string; request: Record<string, string> },
): Promise<string> {
  const client = { issuer, clientId, redirectUri, secret };
  const landed = await signIn(visitor, authorizationUrl(client, request), login);
  const code = landed.searchParams.get('code');
  if (!code) throw new Error(`${name}: no sign-in: ${landed.href}`);
  return code;
}

/** Signs consumers in, at both clients. @returns their Cookie headers */
export async function signInAll(subject: Place['subject'], count: number): Promise<string[]> {
  const cookies: string[] = [];
  for (let done = 0; done < count; done += 1) {
    const visitor = new Visitor();
    for (const clientId of clientIds) await signInAt(subject, { visitor, clientId, request: { scope } });
    const own = [...visitor.cookies].filter(([, { path }]) => path === '/');
    cookies.push(own.map(([name, { value }]) => `${name}=${value}`).join('; '));
  }
  return cookies;
}
