import { createHmac } from 'node:crypto';
import { Redis } from 'ioredis';
import { createJsonAdapter } from '../bare/json-adapter.ts';
import { bareAccountId, bareCookieKey, clientIds, scope } from '../subject/example.ts';
import { agedSession, randomId } from './aged-session.ts';

const batch = 500;
const grantLifetime = 14 * 24 * 3600;

/** Signed-in consumers in the bare server's store, through its adapter. @returns their Cookie headers */
export async function fillBare(url: string, count: number): Promise<string[]> {
  const redis = new Redis(url);
  const adapter = createJsonAdapter(redis);
  const cookies: string[] = [];
  while (cookies.length < count) {
    const added = Array.from({ length: Math.min(batch, count - cookies.length) }, () => addSession(adapter));
    cookies.push(...(await Promise.all(added)));
  }
  await redis.quit();
  return cookies;
}

async function addSession(adapter: ReturnType<typeof createJsonAdapter>): Promise<string> {
  const { payload, remaining } = agedSession(bareAccountId);
  const { iat, jti } = payload;
  const grants = clientIds.map((clientId) => [clientId, { sid: randomId(), grantId: randomId() }] as const);
  await Promise.all([
    adapter('Session').upsert(jti, { ...payload, authorizations: Object.fromEntries(grants) }, remaining),
    ...grants.map(([clientId, { grantId }]) => {
      const grant = { accountId: bareAccountId, clientId, openid: { scope }, kind: 'Grant', jti: grantId };
      return adapter('Grant').upsert(grantId, { ...grant, iat, exp: iat + grantLifetime }, grantLifetime);
    }),
  ]);
  const cookie = `_session=${jti}`;
  return `${cookie}; _session.sig=${createHmac('sha1', bareCookieKey).update(cookie).digest('base64url')}`;
}
