import { connect } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type RunningParley, startParley } from '../../support/start-parley.ts';

/**
 * docs/security.md 12: a proxy's rule for a path holds, for Parley answers each address under one spelling. A proxy
 * may let `/x/..;/readyz` pass because it does not begin with `/readyz`; here it must not lead there.
 */

let parley: RunningParley;
beforeAll(async () => {
  parley = await startParley();
});
afterAll(() => parley.stop());

/** The path leaves as it stands: `fetch` would tidy it up. */
async function ask(path: string, method = 'GET'): Promise<string> {
  const socket = connect(parley.port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk.toString();
  });
  const lines = [`${method} ${path} HTTP/1.1`, `Host: localhost:${parley.port}`, 'Connection: close'];
  // Not ended: Node answers nobody who has hung up, and what it has ready at that moment is chance.
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  await once(socket, 'close');
  return answer;
}

/** What only the right address says. */
const guarded: [path: string, says: RegExp][] = [
  ['/healthz', /"status":"ok"/],
  ['/readyz', /"store":"ok"/],
  ['/jwks', /"keys":\[/],
  ['/.well-known/openid-configuration', /"authorization_endpoint"/],
  ['/userinfo', /invalid_(?:token|request)|no access token/],
  ['/parley.js', /Parley/],
];

const respell: [how: string, change: (path: string) => string][] = [
  ['a doubled slash', (path) => `/${path}`],
  ['a dot segment', (path) => `/.${path}`],
  ['a way up', (path) => `/x/..${path}`],
  ['an encoded way up', (path) => `/x/%2e%2e${path}`],
  ['a twice encoded way up', (path) => `/x/%252e%252e${path}`],
  ['an encoded slash', (path) => `/x/..%2f${path.slice(1)}`],
  ['a way up with a parameter', (path) => `/x/..;${path}`],
  ['a parameter in the path', (path) => `${path};x=1`],
  ['a backslash', (path) => `\\${path.slice(1)}`],
  ['a slash at its end', (path) => `${path}/`],
  ['a dot at its end', (path) => `${path}/.`],
  ['capitals', (path) => path.toUpperCase()],
  ['an encoded letter', (path) => path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`)],
  ['an encoded question mark', (path) => `${path}%3fx`],
  ['a zero byte', (path) => `${path}%00`],
  ['a tab', (path) => `${path}%09`],
  ['a file name that a cache keeps', (path) => `${path}/logo.png`],
];

describe.each(guarded)('12 %s', (path, says) => {
  test('is where it is', async () => expect(await ask(path)).toMatch(says));

  test.each(respell)('is not found with %s', async (_how, change) => {
    const answer = await ask(change(path));
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(answer).not.toMatch(says);
    expect(answer).not.toMatch(/^location:/im);
  });
});
