import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { ParleyError } from '../../src/errors.ts';
import type { Store } from '../../src/store/contract.ts';
import { createEmbeddedStore } from '../../src/store/embedded-store.ts';
import { poll } from '../support/poll.ts';
import {
  authorizationUrl,
  authorizeSilently,
  type Client,
  createPkce,
  exchange,
  refresh,
  signIn,
  userinfoStatus,
} from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, testBrand, testClients } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';

/** What an answer stands for is written while it is made: the answer must not be out before, nor without it. */
const page = 'https://shop.acme.example';
let parley: RunningParley;
let web: Client;
let folder: string;
let consumer: Visitor;
/** Asked in the middle of each save. */
let meanwhile: ((model: string) => Promise<void>) | undefined;

function watchSaves(store: Store): Store {
  return {
    ...store,
    forBrand(brand) {
      const own = store.forBrand(brand);
      return {
        ...own,
        async upsert(model, ...save) {
          await meanwhile?.(model);
          return own.upsert(model, ...save);
        },
      };
    },
  };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-confirmed-'));
  const clients = testClients().map((client) =>
    client['id'] === 'web' ? { ...client, pages: [page] } : client,
  );
  parley = await startParley({
    brands: [testBrand({ clients })],
    useStore: watchSaves(createEmbeddedStore({ folder })),
  });
  web = webClient(parley);
  consumer = new Visitor();
  await signIn(consumer, authorizationUrl(web), dana);
});
afterEach(() => {
  meanwhile = undefined;
});
afterAll(async () => {
  await parley.stop();
  await rm(folder, { recursive: true });
});

const pkce = createPkce();
const newCode = async () => (await authorizeSilently(consumer, authorizationUrl(web))).get('code') ?? '';

/** Each way of answering, as it begins: what it needs is there before. */
const ways = {
  'a redirect': async () => {
    const url = authorizationUrl(web, { prompt: 'none' });
    return () => consumer.get(url);
  },
  'a form that is posted': async () => {
    const url = authorizationUrl(web, { prompt: 'none', response_mode: 'form_post' });
    return () => consumer.get(url);
  },
  'an ID token beside the code': async () => {
    const url = authorizationUrl(web, { prompt: 'none', response_type: 'code id_token', nonce: 'n' });
    return () => consumer.get(url);
  },
  'JSON for a page': async () => {
    const { clientId: client_id, redirectUri: redirect_uri } = web;
    const form = { client_id, redirect_uri, response_type: 'code', scope: 'openid', ...pkce.challenge };
    return () => consumer.post(`${parley.issuer}/page/authorize`, form, { origin: page, accept: '*/*' });
  },
  'tokens for a code': async () => {
    const code = await newCode();
    return async () => toResponse(await exchange(web, code));
  },
  'tokens for a refresh token': async () => {
    const { body } = await exchange(web, await newCode());
    return async () => toResponse(await refresh(web, body.refresh_token));
  },
};
function toResponse({ status, headers, body }: { status: number; headers: Headers; body: object }): Response {
  return new Response(JSON.stringify(body), { status, headers: new Headers([...headers]) });
}

const cases: [keyof typeof ways, string][] = [
  ['a redirect', 'Grant'],
  ['a redirect', 'AuthorizationCode'],
  ['a form that is posted', 'AuthorizationCode'],
  ['an ID token beside the code', 'AuthorizationCode'],
  ['JSON for a page', 'Grant'],
  ['JSON for a page', 'AuthorizationCode'],
  ['tokens for a code', 'AccessToken'],
  ['tokens for a code', 'RefreshToken'],
  ['tokens for a refresh token', 'AccessToken'],
];

describe.each(cases)('%s that stands for a record of the kind %s', (way, model) => {
  test('waits until it is written', async () => {
    const answer = await ways[way]();
    let isHeld = false;
    let isAnswered = false;
    const { promise, resolve: letGo } = Promise.withResolvers<void>();
    meanwhile = async (saved) => {
      if (saved !== model) return;
      meanwhile = undefined;
      isHeld = true;
      await promise;
    };
    const answering = answer().finally(() => {
      isAnswered = true;
    });
    await poll('the record is being written', 10_000, () => isHeld);
    // Others come and go meanwhile, and so would this one.
    for (let n = 0; n < 3; n += 1) expect((await exchange(web, await newCode())).status).toBe(200);
    expect(isAnswered).toBe(false);
    letGo();
    expect((await answering).status).toBeLessThan(400);
  });

  test('is a refusal when it cannot be written', async () => {
    const answer = await ways[way]();
    const before = parley.log.length;
    meanwhile = async (saved) => {
      if (saved === model) throw new ParleyError('store_unavailable', 'the disk is full');
    };
    const response = await answer();
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(response.headers.get('location')).toBeNull();
    expect(response.headers.get('set-cookie')).toBeNull();
    expect(response.headers.get('cache-control')).toContain('no-store');
    const text = await response.text();
    expect(text).toContain('The service is briefly unavailable');
    expect(text).not.toMatch(/"(?:code|id_token|access_token|refresh_token)"/);
    expect(text).not.toContain('eyJ');
    if (way === 'JSON for a page') {
      expect(response.headers.get('access-control-allow-origin')).toBe(page);
      expect(JSON.parse(text)).toMatchObject({ error: 'temporarily_unavailable' });
    }
    expect(parley.log.slice(before).map(({ msg, detail }) => [msg, detail])).toContainEqual([
      'request failed',
      'the disk is full',
    ]);
  });
});

test('one request’s failed write is nobody else’s', async () => {
  let isFirst = true;
  meanwhile = async (model) => {
    if (model !== 'AuthorizationCode' || !isFirst) return;
    isFirst = false;
    throw new ParleyError('store_unavailable', 'this once');
  };
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => authorizeSilently(consumer, authorizationUrl(web))),
  );
  expect(answers.filter((answer) => answer.get('error') === 'status_503')).toHaveLength(1);
  const codes = answers.flatMap((answer) => answer.get('code') ?? []);
  expect(codes).toHaveLength(7);
  for (const code of codes) {
    const { status, body } = await exchange(web, code);
    expect(status).toBe(200);
    expect(await userinfoStatus(web, body.access_token)).toBe(200);
  }
});
