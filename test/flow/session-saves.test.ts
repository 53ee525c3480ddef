import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Store } from '../../src/store/contract.ts';
import { createEmbeddedStore } from '../../src/store/embedded-store.ts';
import { authorizationUrl, authorizeSilently, type Client, signIn } from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, testBrand, testClients } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';

/** Which sessions are written, seen at the store. */
let saved: { id: string; seconds: number }[] = [];
/** Seconds by which the sessions in the store are older than they are. */
let age = 0;
function watchSaves(store: Store): Store {
  return {
    ...store,
    forBrand(brand) {
      const own = store.forBrand(brand);
      return {
        ...own,
        async find(model, id) {
          const payload = await own.find(model, id);
          return model === 'Session' && payload ? { ...payload, exp: Number(payload['exp']) - age } : payload;
        },
        async upsert(model, id, payload, expiresIn) {
          if (model === 'Session') saved.push({ id, seconds: expiresIn ?? 0 });
          return own.upsert(model, id, payload, expiresIn);
        },
      };
    },
  };
}

let parley: RunningParley;
let web: Client;
let other: Client;
let folder: string;
const idle = 800;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-session-saves-'));
  const clients = testClients();
  const twin = { ...clients.find(({ id }) => id === 'web'), id: 'web-two' };
  parley = await startParley({
    brands: [testBrand({ clients: [...clients, twin], session: { idle } })],
    useStore: watchSaves(createEmbeddedStore({ folder })),
  });
  web = webClient(parley);
  other = { ...web, clientId: 'web-two' };
});
afterAll(async () => {
  await parley.stop();
  await rm(folder, { recursive: true });
});

async function signedIn(): Promise<Visitor> {
  const visitor = new Visitor();
  await signIn(visitor, authorizationUrl(web), dana);
  saved = [];
  age = 0;
  return visitor;
}
const silently = async (visitor: Visitor, client = web) => {
  const answer = await authorizeSilently(visitor, authorizationUrl(client));
  expect(answer.get('code')).toBeTruthy();
};

test('a session that only lives on is not written with each request, and is in time', async () => {
  const visitor = await signedIn();
  await silently(visitor);
  await silently(visitor);
  expect(saved).toEqual([]);
  // A twentieth of the idle time has passed.
  age = 40;
  await silently(visitor);
  expect(saved).toEqual([{ id: expect.any(String), seconds: idle }]);
});

test('a session that another client comes to is written at once', async () => {
  const visitor = await signedIn();
  await silently(visitor, other);
  expect(saved).toHaveLength(1);
  await silently(visitor, other);
  expect(saved).toHaveLength(1);
});
