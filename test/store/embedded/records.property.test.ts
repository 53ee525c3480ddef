import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { BrandStore, Payload } from '../../../src/store/contract.ts';
import { createEmbeddedStore } from '../../../src/store/embedded-store.ts';

/** The contract in its plainest form: a map, a clock, and no database. */
interface Entry {
  payload: Payload | undefined;
  consumed: boolean;
  expiresAt: number;
}

const model = fc.constantFrom('Session', 'AuthorizationCode', 'RefreshToken', 'ReplayDetection');
const id = fc.constantFrom('a', 'b', 'a:b');
const step = fc.oneof(
  fc.record({
    kind: fc.constant('upsert' as const),
    model,
    id,
    payload: fc.record({
      uid: fc.constantFrom('u1', 'u2'),
      grantId: fc.constantFrom('g1', 'g2'),
      data: fc.jsonValue(),
    }),
    expiresIn: fc.option(fc.constantFrom(1, 5), { nil: undefined }),
  }),
  fc.record({ kind: fc.constantFrom('consume' as const, 'destroy' as const, 'find' as const), model, id }),
  fc.record({ kind: fc.constant('revoke' as const), grantId: fc.constantFrom('g1', 'g2') }),
  fc.record({ kind: fc.constant('wait' as const), seconds: fc.constantFrom(1, 4, 600) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function createModel(now: () => number) {
  const entries = new Map<string, Entry>();
  const live = (key: string) => {
    const entry = entries.get(key);
    return entry && entry.expiresAt > now() ? entry : undefined;
  };
  const bury = (key: string) =>
    entries.set(key, { payload: undefined, consumed: false, expiresAt: now() + 600_000 });

  return function expected(action: Exclude<Step, { kind: 'wait' }>): unknown {
    if (action.kind === 'revoke') {
      for (const [key, { payload }] of entries) {
        const outlives = /^(?:Session|AuthorizationCode)\//.test(key);
        if (payload?.['grantId'] === action.grantId && !outlives) entries.delete(key);
      }
      return undefined;
    }
    const key = `${action.model}/${action.id}`;
    const entry = live(key);
    switch (action.kind) {
      case 'upsert': {
        if (entry && entry.payload === undefined) return 'dropped';
        if (entry && action.model === 'ReplayDetection') return 'exists';
        const expiresAt =
          action.expiresIn === undefined ? Number.POSITIVE_INFINITY : now() + action.expiresIn * 1000;
        entries.set(key, { payload: action.payload, consumed: entry?.consumed ?? false, expiresAt });
        return 'saved';
      }
      case 'consume':
        if (!entry?.payload) return 'unknown';
        if (entry.consumed) return 'lost';
        entry.consumed = true;
        return 'consumed';
      case 'destroy':
        if (action.model === 'Session') bury(key);
        else entries.delete(key);
        return undefined;
      default:
        return entry?.payload && { found: JSON.stringify(entry.payload), consumed: entry.consumed };
    }
  };
}

async function perform(brand: BrandStore, action: Exclude<Step, { kind: 'wait' }>): Promise<unknown> {
  switch (action.kind) {
    case 'upsert':
      return brand.upsert(action.model, action.id, action.payload, action.expiresIn);
    case 'consume':
      return brand.consume(action.model, action.id);
    case 'destroy':
      return brand.destroy(action.model, action.id);
    case 'revoke':
      return brand.revokeGrant(action.grantId);
    default: {
      const found = await brand.find(action.model, action.id);
      if (!found) return undefined;
      const { consumed, ...payload } = found;
      return { found: JSON.stringify(payload), consumed: consumed !== undefined };
    }
  }
}

describe('any sequence of steps on the records of a brand', () => {
  test('answers as a plain map with a clock would', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-property-'));
    let time = 1_700_000_000_000;
    const store = createEmbeddedStore({ folder, now: () => time });
    let run = 0;
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
          run += 1;
          const brand = store.forBrand(`brand-${run}`);
          const expected = createModel(() => time);
          for (const action of steps) {
            if (action.kind === 'wait') time += action.seconds * 1000;
            else expect(await perform(brand, action)).toEqual(expected(action));
          }
        }),
        { numRuns: 150 },
      );
    } finally {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
