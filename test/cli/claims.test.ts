import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { brandChecks } from '../../src/brand/brand-checks.ts';
import { registerClaims } from '../../src/cli/claims.ts';
import { answerOf, authorizationUrl, claimsOf, exchange, signIn } from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, sam, secrets, testBrand, testClients } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';
import { livechatSettings } from '../support/livechat-twin.ts';
import { callCli } from './cli-call.ts';

/** The command reads the configuration and the directory of a server that runs, and is held against its tokens. */
let parley: RunningParley;
beforeAll(async () => {
  const { claims, scopes } = testBrand() as Record<string, object>;
  const [liveperson, , web] = testClients();
  const redirectUri = { redirect_uris: ['https://shop.acme.example/callback'] };
  parley = await startParley({
    brands: [
      testBrand({
        claims: { ...claims, due: 'to_date(account.plan)', nowhere: 'id', phone_number: 'phone' },
        scopes: { ...scopes, dates: ['due'], odd: ['never_mapped'] },
        pii: ['account_number', 'billing'],
        clients: [
          {
            id: 'livechat',
            platform: 'livechat',
            livechat: livechatSettings('https://livechat.example'),
            pages: ['https://www.acme.example'],
          },
          liveperson,
          web,
          { ...web, ...redirectUri, id: 'narrow', scopes: ['account'] },
          {
            ...web,
            ...redirectUri,
            id: 'legacy',
            subject: { template: 'billing.last_payment && account.number' },
          },
          { ...web, ...redirectUri, id: 'paired', subject: 'pairwise' },
        ],
      }),
    ],
  });
});
afterAll(() => parley.stop());

const run = (...args: string[]) =>
  callCli((program, io) => registerClaims(program, { io, checks: brandChecks }), {
    args: ['claims', ...args],
    cwd: parley.folder,
    env: { PORT: String(parley.port) },
  });

interface Printed {
  subject: { subject?: string; problem?: string };
  tokens: { token: string; claims: { claim: string; value?: unknown; why: string }[] }[];
}
const printed = async (...args: string[]): Promise<Printed> =>
  JSON.parse((await run(...args, '--json')).stdout) as Printed;
const tokenOf = ({ tokens }: Printed, name: string) =>
  new Map(tokens.find(({ token }) => token === name)?.claims.map((claim) => [claim.claim, claim]));

describe('parley claims', () => {
  test.each([
    ['liveperson', secrets.liveperson, 'https://liveperson.net', 'openid'],
    ['web', secrets.web, 'https://shop.acme.example/callback', 'openid email account dates'],
    ['legacy', secrets.web, 'https://shop.acme.example/callback', 'openid billing'],
    ['paired', secrets.web, 'https://shop.acme.example/callback', 'openid profile'],
  ])('says of %s exactly what its tokens then carry', async (clientId, secret, redirectUri, scope) => {
    const client = { issuer: parley.issuer, clientId, secret, redirectUri };
    const landed = await signIn(new Visitor(), authorizationUrl(client, { scope }), dana);
    const { body } = await exchange(client, answerOf(landed).get('code') ?? '');
    const userinfo = await fetch(`${parley.issuer}/userinfo`, {
      headers: { authorization: `Bearer ${body.access_token}` },
    });
    const shown = await printed(dana.sub, '--client', clientId, '--scope', ...scope.split(' '));
    const valuesOf = (token: string) =>
      Object.fromEntries(
        [...tokenOf(shown, token).values()].flatMap(({ claim, value }) =>
          value === undefined ? [] : [[claim, value]],
        ),
      );
    const {
      sub,
      iss: _,
      aud: __,
      exp: ___,
      iat: ____,
      sid,
      at_hash,
      acr,
      amr,
      auth_time,
      ...own
    } = claimsOf(body.id_token);
    void [sid, at_hash, acr, amr, auth_time];
    expect(valuesOf('ID token')).toEqual(own);
    expect({ sub, ...valuesOf('userinfo') }).toEqual(await userinfo.json());
    expect(shown.subject).toEqual({ subject: sub });
  });

  test('gives each claim the one reason why it is there or not', async () => {
    const shown = await printed(dana.sub, '--client', 'web', '--scope', 'account,dates', 'odd', 'phone');
    const userinfo = tokenOf(shown, 'userinfo');
    expect(Object.fromEntries([...userinfo].map(([claim, { why }]) => [claim, why]))).toMatchObject({
      plan: 'scope account',
      email: 'the scope email was not asked for',
      due: expect.stringMatching(/^the expression failed: takes a date such as/),
      nowhere: 'no scope releases it',
      phone_number: 'the expression gave null: the record has no such value',
      never_mapped: 'not mapped',
    });
    expect(tokenOf(shown, 'ID token').get('plan')?.why).toMatch(/^scope claims go to userinfo/);
    expect(tokenOf(shown, 'ID token of the implicit flow').get('plan')).toMatchObject({
      value: 'Unlimited M',
    });
    const narrow = tokenOf(await printed(dana.sub, '--client', 'narrow'), 'userinfo');
    expect(narrow.get('email')?.why).toBe('the client may not ask for the scope email');
    expect(narrow.get('plan')?.why).toBe('the scope account was not asked for');
    const chat = tokenOf(await printed(dana.sub, '--client', 'liveperson'), 'ID token');
    expect(chat.get('plan')?.why).toBe('scope account, which comes with openid');
    expect(chat.get('lp_sdes')?.why).toBe("the client's own claim");
  });

  test('prints it for a person', async () => {
    const { stdout, code } = await run(dana.sub, '--client', 'liveperson');
    expect(code).toBe(0);
    const lines = stdout.split('\n').map((line) => line.trim().replace(/ {2,}/g, ' | '));
    expect(lines).toEqual(
      expect.arrayContaining([
        `acme: client liveperson, account ${dana.sub}, scope openid`,
        `sub | ${dana.sub}`,
        'ID token',
        'account_number | "4711-0815" | (scope account, which comes with openid)',
        'not in it:',
        'nowhere | no scope releases it',
      ]),
    );
  });

  test('--redact leaves personal values out, and nothing else', async () => {
    const { stdout } = await run(dana.sub, '--client', 'liveperson', '--redact');
    expect(stdout).not.toMatch(/4711-0815|84\.2|Dana|Reyes/);
    expect(stdout).toMatch(/plan +"Unlimited M"/);
    expect(stdout).toMatch(/account_number +"\(personal\)"/);
  });

  test('says that a client gets no token of ours', async () => {
    const { stdout } = await run(dana.sub, '--client', 'livechat');
    expect(stdout).toContain('The client gets no token: it speaks no OpenID Connect with Parley.');
  });

  test('says that a sign-in would be refused', async () => {
    const { stdout } = await run(sam.sub, '--client', 'legacy');
    expect(stdout).toContain('none, sign-in is refused: the record has no value');
  });

  test.each([
    [['nobody', '--client', 'web'], 1, /has no account nobody, or it is disabled .*not its login/],
    [[dana.sub, '--client', 'nope'], 1, /there is no client nope/],
    [[dana.sub], 2, /--client/],
  ])('%j is refused in words', async (args, code, message) => {
    const answer = await run(...args);
    expect([answer.code, answer.stdout]).toEqual([code, '']);
    expect(answer.stderr).toMatch(message);
  });
});
