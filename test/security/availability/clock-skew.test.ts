import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type BrandSigner, brandIssuer, createBrandSigner } from '../../support/brand-signer.ts';
import { assertionClaims, type ClientKey, createClientKey, jwtBearer } from '../../support/client-key.ts';
import { findFreePort } from '../../support/free-port.ts';
import {
  authorizationUrl,
  authorizeSilently,
  type Client,
  exchange,
  postAsClient,
  refresh,
  signIn,
} from '../../support/relying-party.ts';
import { type ParleyProcess, spawnParley } from '../../support/spawn-parley.ts';
import { type RunningParley, startParley } from '../../support/start-parley.ts';
import { dana, testBrand, testClients } from '../../support/test-brand.ts';
import { readForm, Visitor } from '../../support/visitor.ts';
import { webClient } from '../../support/web-client.ts';

/** docs/security.md 50: a clock that is five minutes off is told in words where it matters, and opens nothing anywhere. */

const page = 'https://www.acme.example';
let parley: RunningParley;
let brand: BrandSigner;
let key: ClientKey;
let signing: Client;

beforeAll(async () => {
  const port = await findFreePort();
  brand = await createBrandSigner(`http://localhost:${port}`);
  key = await createClientKey();
  const redirectUri = 'https://signing.acme.example/callback';
  const clients = [
    ...testClients().map((client) => (client['id'] === 'web' ? { ...client, pages: [page] } : client)),
    { id: 'signing', redirect_uris: [redirectUri], jwks: { keys: [key.jwk] }, first_party: true },
  ];
  const issuer = `http://localhost:${port}`;
  const brands = [
    testBrand({
      issuer,
      clients,
      login: [{ assertion: { verify: { issuer: brandIssuer, jwks: brand.jwks } } }, { password: {} }],
    }),
  ];
  parley = await startParley({ port, brands });
  signing = { issuer, clientId: 'signing', redirectUri };
});
afterAll(() => parley.stop());

const now = () => Math.floor(Date.now() / 1000);

describe("50 the brand's clock", () => {
  const ask = async (seconds: number) => {
    const login_hint_token = await brand.sign({ sub: dana.sub }, { now: now() + seconds });
    const form = { client_id: 'web', login_hint_token };
    const response = await new Visitor().post(`${parley.issuer}/page/identity`, form, {
      origin: page,
      accept: '*/*',
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> | null };
  };

  test.each([-60, -20, 0, 20])('is taken when it is %i s off', async (seconds) => {
    expect((await ask(seconds)).body).toMatchObject({ sub: dana.sub });
  });

  test.each([
    [-300, 'it has expired'],
    [300, 'its iat lies in the future'],
  ])('is not when it is %i s off, and the integrator reads why', async (seconds, sentence) => {
    const { status, body } = await ask(seconds);
    expect(status).toBe(400);
    expect(String(body?.['error_description'])).toContain(sentence);
  });
});

describe("50 a client's clock", () => {
  test.each([-300, 300])('that is %i s off proves nobody, and nothing breaks', async (seconds) => {
    const claims = assertionClaims(signing);
    const shifted = { ...claims, iat: now() + seconds, nbf: now() + seconds, exp: now() + seconds + 60 };
    const { status, body } = await postAsClient(signing, '/token/introspection', {
      token: 'x',
      client_assertion: await key.sign(shifted),
      client_assertion_type: jwtBearer,
    });
    expect([status, body.error]).toEqual([401, 'invalid_client']);
  });
});

/** Runs before a process's first line: all of its clock, the library's included, goes so many minutes ahead. */
const withClockAhead = (minutes: number) => {
  const shift = `const { now } = Date, D = Date;
    globalThis.Date = class extends D { constructor(...a) { a.length ? super(...a) : super(now() + ${minutes * 60_000}); } };
    Date.now = () => now() + ${minutes * 60_000};`;
  return { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(shift)}` };
};

describe('50 between processes that share a store', () => {
  let right: ParleyProcess;
  beforeAll(async () => {
    // What is late here is the machine.
    right = await spawnParley({ serverYaml: { store_timeout: 20_000 } });
  });
  afterAll(() => right?.stop());

  test.each([-5, 5])(
    'a clock %i minutes off lets nothing count twice and brings nothing back',
    async (off) => {
      const wrong = await spawnParley({ beside: right, env: withClockAhead(off) });
      try {
        const here = webClient(right);
        const there = { ...here, fetch: wrong.fetch };
        const visitor = new Visitor(right.fetch);
        await signIn(visitor, authorizationUrl(here), dana);
        const code = (await authorizeSilently(visitor, authorizationUrl(here))).get('code') ?? '';
        const answers = [];
        for (const client of [there, here, there, here]) answers.push(await exchange(client, code));
        expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
        expect(answers.map(({ status }) => status).filter((status) => ![200, 400].includes(status))).toEqual(
          [],
        );
        const tokens = answers.find(({ status }) => status === 200)?.body;
        // For the clock ahead the code had expired, and its use was none; the right one saw the second.
        for (const client of [here, there])
          expect((await refresh(client, tokens?.refresh_token ?? '')).body.error).toBe('invalid_grant');

        const elsewhere = visitor.clone(wrong.fetch);
        expect((await authorizeSilently(elsewhere, authorizationUrl(here))).get('code')).toBeTruthy();
        const ending = await elsewhere.get(`${here.issuer}/session/end`);
        const { action, fields } = readForm(await ending.text());
        await elsewhere.post(action, { xsrf: fields['xsrf'] ?? '', logout: 'yes' });
        expect((await authorizeSilently(visitor, authorizationUrl(here))).get('error')).toBe(
          'login_required',
        );
      } finally {
        await wrong.stop();
      }
    },
  );
});
