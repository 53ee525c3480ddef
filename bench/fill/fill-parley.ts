import { createBrandCookies } from '../../src/issuer/cookies.ts';
import { createRedisStore } from '../../src/store/redis-store.ts';
import type { StoredItem } from '../../src/store/stored-item.ts';
import { clientIds, parleyAccountId, parleyCookieKey } from '../subject/example.ts';
import { agedSession, randomId } from './aged-session.ts';

const batch = 1000;

/** Signed-in consumers in Parley's store, through the store. @returns Cookie headers of the first `wanted` */
export async function fillParley(
  url: string,
  { brand, issuer, count, wanted = count }: { brand: string; issuer: string; count: number; wanted?: number },
): Promise<string[]> {
  const store = createRedisStore({ url, timeout: 10_000 });
  const { names, signatures } = createBrandCookies(brand, issuer, [parleyCookieKey]);
  const cookies: string[] = [];
  for (let done = 0; done < count; done += batch) {
    const sessions = Array.from({ length: Math.min(batch, count - done) }, () => createSession(brand));
    await store.importItems(sessions);
    for (const { id } of sessions.slice(0, Math.max(0, wanted - cookies.length))) {
      const cookie = `${names.session}=${id}`;
      cookies.push(`${cookie}; ${names.session}.sig=${signatures.sign(cookie)}`);
    }
  }
  await store.close();
  return cookies;
}

function createSession(brand: string): StoredItem & { id: string } {
  const { payload, remaining } = agedSession(parleyAccountId);
  const authorizations = clientIds.map((clientId) => [clientId, { sid: randomId(), persistsLogout: true }]);
  return {
    kind: 'record',
    brand,
    model: 'Session',
    id: payload.jti,
    expiresAt: Date.now() + remaining * 1000,
    payload: {
      ...payload,
      facts: { way: 'password' },
      authorizations: Object.fromEntries(authorizations),
    },
  };
}
