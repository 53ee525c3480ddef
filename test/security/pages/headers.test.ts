import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readTableRows } from '../../support/documentation.ts';
import { fetchAt } from '../../support/fetch-at.ts';
import { authorizationUrl, postAsClient, signIn } from '../../support/relying-party.ts';
import { type RunningParley, startParley } from '../../support/start-parley.ts';
import { dana, testBrand, testClients } from '../../support/test-brand.ts';
import { Visitor } from '../../support/visitor.ts';
import { webClient } from '../../support/web-client.ts';

const doc = readFileSync(new URL('../../../docs/headers.md', import.meta.url), 'utf8');
const cells = (heading: string) =>
  readTableRows(doc, heading)
    .slice(1)
    .map((row) => row.map((cell) => cell.trim().replaceAll('`', '')));

/** docs/headers.md against real answers. */
describe('31, 33, 36 what browsers are told', () => {
  const page = 'https://shop.acme.example';
  let parley: RunningParley;
  let web: ReturnType<typeof webClient>;

  beforeAll(async () => {
    const clients = testClients().map((client) =>
      client['id'] === 'web' ? { ...client, pages: [page] } : client,
    );
    parley = await startParley({ brands: [testBrand({ clients })] });
    web = webClient(parley);
  });
  afterAll(() => parley.stop());

  async function signedIn(): Promise<Visitor> {
    const visitor = new Visitor();
    await signIn(visitor, authorizationUrl(web), dana);
    return visitor;
  }

  /** By the names of the table's rows. */
  const answers: Record<string, () => Promise<Headers>> = {
    'sign-in, code, ways, consent, go on': async () => {
      const visitor = new Visitor();
      const { response } = await visitor.follow(await visitor.get(authorizationUrl(web)), parley.issuer);
      expect(response.status).toBe(200);
      return response.headers;
    },
    'error, signed out': async () => {
      const response = await new Visitor().get(`${parley.issuer}/auth?client_id=nobody`);
      expect(response.status).toBe(400);
      return response.headers;
    },
    'there is nothing here': async () => (await new Visitor().get(`${parley.issuer}/nothing`)).headers,
    'sign out?': async () => (await (await signedIn()).get(`${parley.issuer}/session/end`)).headers,
    'answer by form_post': async () => {
      const url = authorizationUrl(web, { response_mode: 'form_post', prompt: 'none' });
      const response = await (await signedIn()).get(url);
      expect(await response.text()).toContain('name="code"');
      return response.headers;
    },
    'message to a page (page_message)': async () => {
      const url = authorizationUrl(web, {
        response_mode: 'page_message',
        page,
        prompt: 'none',
        code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
        code_challenge_method: 'S256',
      });
      const response = await (await signedIn()).get(url);
      expect(await response.text()).toContain('postMessage');
      return response.headers;
    },
    'token, userinfo, introspection, revocation, errors in JSON': async () =>
      (await postAsClient(web, '/token/introspection', { token: 'x' })).headers,
    'discovery, JWKS': async () => (await fetch(`${parley.issuer}/jwks`)).headers,
    '/page/…': async () => {
      const response = await (await signedIn()).post(
        `${parley.issuer}/page/identity`,
        { client_id: 'web' },
        { origin: page },
      );
      expect(response.status).toBe(200);
      return response.headers;
    },
    'the scripts for pages': async () => (await fetch(`${parley.issuer}/parley.js`)).headers,
  };

  test('are all in the table', () => {
    expect(cells('By kind of answer').map(([kind]) => kind)).toEqual(Object.keys(answers));
  });

  test.each(cells('By kind of answer'))('%s', async (kind = '', policy = '', resource = '', cache = '') => {
    const headers = await answers[kind]?.();
    const said = (headers?.get('content-security-policy') ?? '')
      .replaceAll(/'sha256-[\w+/=]+'/g, 'HASH')
      .replaceAll('https://shop.acme.example', 'CLIENT')
      .replaceAll(/; ?/g, '; ');
    expect(said).toBe(policy === '—' ? '' : policy);
    expect(said).not.toContain('unsafe');
    expect(headers?.get('cross-origin-resource-policy')).toBe(resource === '—' ? null : resource);
    expect(headers?.get('cache-control')).toBe(cache === '—' ? null : cache);
  });

  test.each(Object.entries(answers))('%s has the headers of every answer', async (_, ask) => {
    const headers = await ask();
    for (const [name = '', value] of cells('Every answer'))
      expect([name, headers.get(name)]).toEqual([name, value]);
  });

  test.each(Object.entries(answers))('%s has the headers of pages if it is one', async (_, ask) => {
    const headers = await ask();
    const isPage = headers.get('content-type')?.startsWith('text/html');
    const said = Object.fromEntries(cells('Pages').map(([name = '']) => [name, headers.get(name)]));
    if (!isPage) return expect(new Set(Object.values(said))).toEqual(new Set([null]));
    for (const [name = '', value = ''] of cells('Pages'))
      if (name !== 'Permissions-Policy') expect([name, said[name]]).toEqual([name, value.split(':')[0]]);
    for (const feature of ['camera', 'microphone', 'geolocation', 'payment', 'usb'])
      expect(said['Permissions-Policy']).toContain(`${feature}=()`);
  });

  test('a redirect has none of those of pages, whatever its text is', async () => {
    const response = await (await signedIn()).get(authorizationUrl(web, { prompt: 'none' }));
    expect(response.status).toBe(303);
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(response.headers.get('x-frame-options')).toBe('DENY');
    for (const [name = ''] of cells('Pages'))
      expect([name, response.headers.get(name)]).toEqual([name, null]);
  });

  describe('36 cookies', () => {
    /** Every cookie of a whole sign-in, by what it is. */
    async function cookiesOf(issuer: string): Promise<Record<string, string>> {
      const secure = await startParley({
        brands: [testBrand({ issuer })],
        serverYaml: { trusted_proxies: ['127.0.0.1', '::1'] },
      });
      const seen: Record<string, string> = {};
      const viaProxy = fetchAt(secure.port, { endsTls: true });
      const visitor = new Visitor(async (...call) => {
        const response = await viaProxy(...call);
        for (const line of response.headers.getSetCookie()) {
          const [, name = '', attributes = ''] = /^([^=]+)=[^;]*;?(.*)$/.exec(line) ?? [];
          if (!name.endsWith('.sig')) seen[name] = attributes.toLowerCase();
        }
        return response;
      });
      try {
        await signIn(visitor, authorizationUrl({ ...webClient(secure), issuer }), dana);
      } finally {
        await secure.stop();
      }
      return seen;
    }

    test.each([
      ['https://id.acme.example', '__Host-'],
      ['https://www.acme.example/id', '__Secure-'],
    ])('of %s are prefixed, HttpOnly, Secure, SameSite=Lax and not partitioned', async (issuer, prefix) => {
      const seen = await cookiesOf(issuer);
      expect(Object.keys(seen).toSorted()).toEqual(
        [
          `${prefix}parley_acme_browser`,
          `${prefix}parley_acme_known`,
          `${prefix}parley_acme_session`,
          '__Secure-parley_acme_interaction',
          '__Secure-parley_acme_resume',
        ].toSorted(),
      );
      for (const [name, attributes] of Object.entries(seen)) {
        expect([name, attributes]).toEqual([name, expect.stringContaining('httponly')]);
        expect([name, attributes]).toEqual([name, expect.stringMatching(/(?<!\w)secure(?!\w)/)]);
        expect([name, attributes]).toEqual([name, expect.stringContaining('samesite=lax')]);
        expect([name, attributes]).toEqual([name, expect.not.stringMatching(/partitioned|domain=/)]);
        if (name.startsWith('__Host-')) expect(attributes).toMatch(/path=\/(?:;|$)/);
      }
    });
  });
});
