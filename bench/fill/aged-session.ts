import { randomBytes } from 'node:crypto';
import { proof } from '../subject/example.ts';

/** Seconds since the consumer's last request: longer than Parley leaves a session unwritten. */
const lastSeen = 120;
/** Seconds since the sign-in. */
const signedIn = 1800;
const idle = 3600;

/** What both servers' sessions have in common: of a consumer who signed in a while ago and was here two minutes ago. */
export function agedSession(accountId: string) {
  const now = Math.floor(Date.now() / 1000);
  return {
    remaining: idle - lastSeen,
    payload: {
      iat: now - signedIn,
      exp: now - lastSeen + idle,
      jti: randomId(),
      uid: randomId(),
      kind: 'Session',
      accountId,
      loginTs: now - signedIn,
      ...proof,
    },
  };
}

/** As long as the library's own. */
export function randomId(): string {
  return randomBytes(32).toString('base64url');
}
