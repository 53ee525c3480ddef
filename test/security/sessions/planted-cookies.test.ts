import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { authorizationUrl, authorizeSilently, type Client, signIn } from '../../support/relying-party.ts';
import { type RunningParley, startParley } from '../../support/start-parley.ts';
import { dana, sam, secrets } from '../../support/test-brand.ts';
import { readForm, Visitor } from '../../support/visitor.ts';

/** docs/security.md 36: an attacker who can write cookies into a browser cannot sign it in as somebody else. */

let parley: RunningParley;
let web: Client;

beforeAll(async () => {
  parley = await startParley();
  const redirectUri = 'https://shop.acme.example/callback';
  web = { issuer: parley.issuer, clientId: 'web', secret: secrets.web, redirectUri };
});
afterAll(() => parley.stop());

/** The attacker's own sign-in, stopped before its last step, which is meant for the victim's browser. */
async function unfinishedSignIn() {
  const attacker = new Visitor();
  const page = await attacker.follow(await attacker.get(authorizationUrl(web)), parley.issuer);
  const { action, fields } = readForm(await page.response.text());
  const form = { csrf: fields['csrf'] ?? '', login: sam.login, password: sam.password };
  const submitted = await attacker.post(new URL(action, parley.issuer), form);
  const resume = new URL(submitted.headers.get('location') ?? '', parley.issuer);
  expect(resume.pathname).toMatch(/^\/auth\/./);
  return { attacker, resume };
}

function plant(from: Visitor, into: Visitor, which: (name: string) => boolean): void {
  for (const [name, cookie] of from.cookies) if (which(name)) into.cookies.set(name, { ...cookie });
}

describe('36 the last step of a sign-in', () => {
  test('works in the browser that began it', async () => {
    const { attacker, resume } = await unfinishedSignIn();
    expect((await attacker.get(resume)).headers.get('location')).toContain('code=');
  });

  test.each([
    ['a browser that has never been here', false],
    ['a browser where another consumer is signed in', true],
  ])('is refused in %s, whatever short-lived cookies were planted there', async (_name, isSignedIn) => {
    const { attacker, resume } = await unfinishedSignIn();
    const victim = new Visitor();
    if (isSignedIn) await signIn(victim, authorizationUrl(web), dana);
    plant(attacker, victim, (name) => /_(interaction|resume)(\.sig)?$/.test(name));

    const response = await victim.get(resume);
    expect(response.status).toBe(400);
    expect(response.headers.get('location')).toBeNull();
    const silent = await authorizeSilently(victim, authorizationUrl(web));
    if (isSignedIn) expect(silent.get('code')).toBeTruthy();
    else expect(silent.get('error')).toBe('login_required');
    expect(response.headers.getSetCookie().filter((line) => /_session=[^;]/.test(line))).toEqual([]);
  });

  test.each([
    ['the path in capitals', (path: string) => path.replace('/auth/', '/AUTH/')],
    ['a slash at its end', (path: string) => `${path}/`],
    ['another id in the path', () => '/auth/doesnotexist'],
    ['an escaped letter', (path: string) => path.replace('/auth/', '/%61uth/')],
  ])('is refused with %s', async (_name, respell) => {
    const { attacker, resume } = await unfinishedSignIn();
    const victim = new Visitor();
    plant(attacker, victim, (name) => /_resume(\.sig)?$/.test(name));
    for (const cookie of victim.cookies.values()) cookie.path = '/';

    const response = await victim.get(new URL(respell(resume.pathname), parley.issuer));
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    expect(response.headers.get('location')).toBeNull();
    expect(response.headers.getSetCookie().filter((line) => /_session=[^;]/.test(line))).toEqual([]);
  });

  test('is refused with cookies whose signature is missing', async () => {
    const { attacker, resume } = await unfinishedSignIn();
    const victim = new Visitor();
    plant(attacker, victim, (name) => !name.endsWith('.sig'));
    const response = await victim.get(resume);
    expect(response.status).toBe(400);
    expect(response.headers.get('location')).toBeNull();
  });
});
