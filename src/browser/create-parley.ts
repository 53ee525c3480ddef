import { connectLivePerson } from './connect-liveperson.ts';
import type { Parley, ParleyOptions } from './contract.ts';
import { createLivePerson } from './liveperson.ts';
import { startPage } from './start-page.ts';

/** Parley on a page with LivePerson. */
export function createParley({ method, redirectUri, flow = 'code', ...options }: ParleyOptions): Parley {
  return startPage({
    ...options,
    // What LivePerson sends to the token endpoint when the page names no other.
    redirectUri: redirectUri || 'https://liveperson.net',
    createChat(parts) {
      const liveperson = createLivePerson({ ...parts, flow, redirectUri });
      return { ...liveperson, renew: connectLivePerson(liveperson, method) };
    },
  });
}
