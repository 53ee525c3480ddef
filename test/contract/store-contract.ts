import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { BrandStore, LinkPage, Payload, Store } from '../../src/store/contract.ts';
import type { StoredItem } from '../../src/store/stored-item.ts';
import { lookInTime } from '../support/look-in-time.ts';

export interface StoreHarness {
  start?(): Promise<void>;
  stop?(): Promise<void>;
  /** A new store without any records. */
  createStore(): Promise<Store>;
  /** Closes the store and opens another on what it left behind. */
  reopen(store: Store): Promise<Store>;
  /** Lets this much time pass. */
  expire(seconds: number): Promise<void>;
}

const minute = 60;
/** Seconds; long enough to look at what ends soon. */
const brief = 0.4;
const times = <T>(count: number, work: (position: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, position) => work(position)));

/** Everything that src/store/contract.ts promises, on a real store. */
export function describeStoreContract(title: string, harness: StoreHarness): void {
  describe(`${title} keeps the store contract`, () => {
    let store: Store;
    let brand: BrandStore;

    beforeAll(async () => harness.start?.());
    afterAll(async () => harness.stop?.());
    beforeEach(async () => {
      store = await harness.createStore();
      brand = store.forBrand('acme');
    });
    afterEach(() => store.close());

    describe('a record', () => {
      test('that nobody wrote is undefined, not an empty object', async () => {
        expect(await brand.find('AuthorizationCode', 'nothing')).toBeUndefined();
        expect(await brand.findByUid('Session', 'nothing')).toBeUndefined();
        expect(await brand.findByUserCode('DeviceCode', 'nothing')).toBeUndefined();
      });

      test.each<[string, Payload]>([
        ['text of many scripts', { name: 'Zoë 𝔘𝔫𝔦 日本 \u0000 \u2028 "\\', emoji: '👩‍👩‍👧' }],
        ['deep nesting', { a: [{ b: { c: [[], {}, [null]] } }] }],
        ['an own __proto__ property', readJson('{"__proto__": {"admin": true}, "x": {"__proto__": [1]}}')],
        ['nothing at all', {}],
        ['null, booleans and empty values', { a: null, b: true, c: false, d: '', e: [], f: {} }],
        ['numbers of every size', { a: 0, b: -1.5, c: 1e21, d: Number.MAX_SAFE_INTEGER, e: 5e-324 }],
      ])('comes back as it was saved: %s', async (_, payload) => {
        expect(await brand.upsert('Grant', 'a', payload, minute)).toBe('saved');
        const found = await brand.find('Grant', 'a');
        expect(JSON.stringify(found)).toBe(JSON.stringify(payload));
        expect(Object.keys(found ?? {})).toEqual(Object.keys(payload));
      });

      test('may carry its own id and kind, as the records of oidc-provider do', async () => {
        const payload = { iat: 1, jti: 'a', kind: 'AccessToken', clientId: 'web' };
        await brand.upsert('AccessToken', 'a', payload, minute);
        await brand.upsert('AccessToken', 'b', payload, minute);
        await brand.upsert('AuthorizationCode', 'a', payload, minute);
        for (const [model, id] of [
          ['AccessToken', 'a'],
          ['AccessToken', 'b'],
          ['AuthorizationCode', 'a'],
        ] as const) {
          expect(await brand.find(model, id)).toEqual(payload);
        }
        await brand.consume('AccessToken', 'a');
        expect(await brand.find('AccessToken', 'a')).toEqual({ ...payload, consumed: expect.any(Number) });
      });

      test('is replaced as a whole by the next save', async () => {
        await brand.upsert('Interaction', 'a', { old: 1, both: 1 }, minute);
        await brand.upsert('Interaction', 'a', { both: 2 }, minute);
        expect(await brand.find('Interaction', 'a')).toEqual({ both: 2 });
      });

      test('ends with its lifetime, and with it every way to it; one without lifetime stays', async () => {
        const ways = { userCode: 'c', grantId: 'g' };
        await lookInTime(async (_, watch) => {
          await brand.upsert('DeviceCode', 'brief', { ...ways }, brief);
          const found = await brand.find('DeviceCode', 'brief');
          watch.within(brief);
          expect(found).toEqual(ways);
        });
        await brand.upsert('Session', 'brief', { uid: 'u' }, brief);
        await brand.upsert('DeviceCode', 'eternal', { grantId: 'g2' });
        await brand.upsert('Session', 'eternal', { uid: 'u2' });
        await harness.expire(brief);
        expect(await brand.find('DeviceCode', 'brief')).toBeUndefined();
        expect(await brand.findByUid('Session', 'u')).toBeUndefined();
        expect(await brand.findByUserCode('DeviceCode', 'c')).toBeUndefined();
        expect(await brand.find('DeviceCode', 'eternal')).toBeDefined();
        expect(await brand.findByUid('Session', 'u2')).toBeDefined();
      });

      test.each([0, -5])('with %d seconds left is over, not eternal', async (seconds) => {
        await brand.upsert('Session', 'a', { uid: 'u' }, seconds);
        await harness.expire(0.01);
        expect(await brand.find('Session', 'a')).toBeUndefined();
        expect(await brand.findByUid('Session', 'u')).toBeUndefined();
      });

      test('takes its lifetime from the last save, in both directions', async () => {
        await brand.upsert('Session', 'longer', { uid: 'u' }, brief);
        await brand.upsert('Session', 'longer', { uid: 'u' }, minute);
        await brand.upsert('Session', 'shorter', {}, minute);
        await brand.upsert('Session', 'shorter', {}, brief);
        await brand.upsert('Session', 'eternal', {}, brief);
        await brand.upsert('Session', 'eternal', {});
        await harness.expire(brief);
        expect(await brand.find('Session', 'longer')).toBeDefined();
        expect(await brand.findByUid('Session', 'u')).toBeDefined();
        expect(await brand.find('Session', 'shorter')).toBeUndefined();
        expect(await brand.find('Session', 'eternal')).toBeDefined();
      });

      test('never meets a record of another model with the same id', async () => {
        await brand.upsert('AuthorizationCode', 'same', { kind: 'code' }, minute);
        await brand.upsert('AccessToken', 'same', { kind: 'token' }, minute);
        await brand.upsert('A', 'B:c', { kind: 'id with colon' }, minute);
        await brand.upsert('A:B', 'c', { kind: 'model with colon' }, minute);
        await brand.consume('AuthorizationCode', 'same');
        expect(await brand.find('AccessToken', 'same')).toEqual({ kind: 'token' });
        expect(await brand.find('RefreshToken', 'same')).toBeUndefined();
        expect(await brand.find('A', 'B:c')).toEqual({ kind: 'id with colon' });
        expect(await brand.find('A:B', 'c')).toEqual({ kind: 'model with colon' });
        await brand.destroy('AuthorizationCode', 'same');
        expect(await brand.find('AccessToken', 'same')).toEqual({ kind: 'token' });
      });
    });

    describe('the indexes of a record', () => {
      test('lead to a session by its uid and to a device code by its user code', async () => {
        await brand.upsert('Session', 's', { uid: 'u:1' }, minute);
        await brand.upsert('DeviceCode', 'a', { userCode: 'AB-CD', mark: 1 }, minute);
        expect(await brand.findByUid('Session', 'u:1')).toEqual({ uid: 'u:1' });
        expect(await brand.findByUserCode('DeviceCode', 'AB-CD')).toMatchObject({ mark: 1 });
        expect(await brand.findByUid('Session', 'AB-CD')).toBeUndefined();
        expect(await brand.findByUserCode('DeviceCode', 'u:1')).toBeUndefined();
      });

      test('move when it is saved anew, and go when it names none', async () => {
        await brand.upsert('DeviceCode', 'a', { userCode: 'c1', grantId: 'g1' }, minute);
        await brand.upsert('DeviceCode', 'a', { userCode: 'c2', grantId: 'g2' }, minute);
        await brand.upsert('Session', 's', { uid: 'u1' }, minute);
        await brand.upsert('Session', 's', { uid: 'u2' }, minute);
        expect(await brand.findByUid('Session', 'u1')).toBeUndefined();
        expect(await brand.findByUserCode('DeviceCode', 'c1')).toBeUndefined();
        expect(await brand.findByUid('Session', 'u2')).toBeDefined();
        expect(await brand.findByUserCode('DeviceCode', 'c2')).toBeDefined();
        await brand.revokeGrant('g1');
        expect(await brand.find('DeviceCode', 'a')).toBeDefined();
        await brand.upsert('DeviceCode', 'a', {}, minute);
        await brand.upsert('Session', 's', {}, minute);
        expect(await brand.findByUid('Session', 'u2')).toBeUndefined();
        expect(await brand.findByUserCode('DeviceCode', 'c2')).toBeUndefined();
        await brand.revokeGrant('g2');
        expect(await brand.find('DeviceCode', 'a')).toEqual({});
      });

      test('go with it when it is destroyed, also for a record of the same id that comes later', async () => {
        await brand.upsert('DeviceCode', 'a', { userCode: 'c', grantId: 'g' }, minute);
        await brand.destroy('DeviceCode', 'a');
        await brand.upsert('DeviceCode', 'a', { later: true }, minute);
        expect(await brand.findByUserCode('DeviceCode', 'c')).toBeUndefined();
        await brand.revokeGrant('g');
        expect(await brand.find('DeviceCode', 'a')).toEqual({ later: true });
      });

      test('of a destroyed record leave alone what another record took over', async () => {
        await brand.upsert('DeviceCode', 'old', { userCode: 'c' }, minute);
        await brand.upsert('DeviceCode', 'new', { userCode: 'c', mark: 'new' }, minute + 1);
        await brand.destroy('DeviceCode', 'old');
        expect(await brand.findByUserCode('DeviceCode', 'c')).toMatchObject({ mark: 'new' });
      });
    });

    describe('consuming', () => {
      test('marks the record with the time and keeps the rest of it', async () => {
        await brand.upsert('AuthorizationCode', 'a', { grantId: 'g' }, minute);
        expect(await brand.consume('AuthorizationCode', 'a')).toBe('consumed');
        expect(await brand.find('AuthorizationCode', 'a')).toEqual({
          grantId: 'g',
          consumed: expect.any(Number),
        });
        expect(await brand.consume('AuthorizationCode', 'a')).toBe('lost');
      });

      test.each([2, 20])('has exactly one winner among %d in parallel', async (count) => {
        for (let round = 0; round < 10; round += 1) {
          await brand.upsert('AuthorizationCode', `code-${round}`, {}, minute);
          const outcomes = await times(count, () => brand.consume('AuthorizationCode', `code-${round}`));
          expect(outcomes.filter((outcome) => outcome === 'consumed')).toHaveLength(1);
          expect(outcomes.filter((outcome) => outcome === 'lost')).toHaveLength(count - 1);
        }
      });

      test('an unknown, expired or destroyed record creates nothing', async () => {
        await brand.upsert('AuthorizationCode', 'expired', {}, brief);
        await brand.upsert('AuthorizationCode', 'destroyed', {}, minute);
        await brand.destroy('AuthorizationCode', 'destroyed');
        await harness.expire(brief);
        for (const id of ['unknown', 'expired', 'destroyed']) {
          expect(await brand.consume('AuthorizationCode', id)).toBe('unknown');
          expect(await brand.find('AuthorizationCode', id)).toBeUndefined();
        }
        await brand.upsert('AuthorizationCode', 'expired', { fresh: true }, minute);
        expect(await brand.consume('AuthorizationCode', 'expired')).toBe('consumed');
      });

      test('does not lengthen the life of the record', async () => {
        await brand.upsert('RefreshToken', 'a', {}, brief);
        await brand.consume('RefreshToken', 'a');
        await harness.expire(brief);
        expect(await brand.find('RefreshToken', 'a')).toBeUndefined();
      });

      test('is not undone by a late save of an older copy', async () => {
        await brand.upsert('AuthorizationCode', 'a', { copy: 1 }, minute);
        await brand.consume('AuthorizationCode', 'a');
        await brand.upsert('AuthorizationCode', 'a', { copy: 2 }, minute);
        expect(await brand.consume('AuthorizationCode', 'a')).toBe('lost');
        expect(await brand.find('AuthorizationCode', 'a')).toMatchObject({ consumed: expect.any(Number) });
      });

      test('a record that was saved anew after it expired works again', async () => {
        await brand.upsert('AuthorizationCode', 'a', {}, brief);
        await brand.consume('AuthorizationCode', 'a');
        await harness.expire(brief);
        await brand.upsert('AuthorizationCode', 'a', {}, minute);
        expect(await brand.find('AuthorizationCode', 'a')).toEqual({});
        expect(await brand.consume('AuthorizationCode', 'a')).toBe('consumed');
      });
    });

    describe('a destroyed session', () => {
      test('never comes back: a late save is dropped, and no index leads to it', async () => {
        await brand.upsert('Session', 's', { uid: 'u' }, minute);
        await brand.destroy('Session', 's');
        expect(await brand.upsert('Session', 's', { uid: 'u', accountId: 'dana' }, minute)).toBe('dropped');
        expect(await brand.find('Session', 's')).toBeUndefined();
        expect(await brand.findByUid('Session', 'u')).toBeUndefined();
        expect(await brand.consume('Session', 's')).toBe('unknown');
      });

      test('is dropped too when it was destroyed before its first save', async () => {
        await brand.destroy('Session', 's');
        expect(await brand.upsert('Session', 's', {}, minute)).toBe('dropped');
      });

      test('stays away while saves race with the destruction', async () => {
        for (let round = 0; round < 10; round += 1) {
          const id = `s-${round}`;
          await brand.upsert('Session', id, { uid: id }, minute);
          await Promise.all([
            times(10, () => brand.upsert('Session', id, { uid: id }, minute)),
            brand.destroy('Session', id),
            times(10, () => brand.upsert('Session', id, { uid: id }, minute)),
          ]);
          expect(await brand.find('Session', id)).toBeUndefined();
          expect(await brand.findByUid('Session', id)).toBeUndefined();
        }
      });

      test('is dropped under a new id too once its uid is marked as ended', async () => {
        expect(await brand.upsert('Session', 's', { uid: 'u' }, minute)).toBe('saved');
        await brand.upsert('EndedSession', 'u', {}, minute);
        expect(await brand.upsert('Session', 'renewed', { uid: 'u' }, minute)).toBe('dropped');
        expect(await brand.find('Session', 'renewed')).toBeUndefined();
        expect(await brand.upsert('Session', 'other', { uid: 'v' }, minute)).toBe('saved');
      });

      test('stays marked whatever is saved or destroyed, and is still found by whoever ends it once more', async () => {
        await brand.upsert('Session', 's', { uid: 'u' }, minute);
        expect(await brand.find('EndedSession', 'u')).toBeUndefined();
        await brand.upsert('EndedSession', 'u', {}, minute);
        await brand.upsert('EndedSession', 'u', {}, minute);
        expect(await brand.findByUid('Session', 'u')).toEqual({ uid: 'u' });
        await brand.destroy('Session', 's');
        await times(10, (n) => brand.upsert('Session', `late-${n}`, { uid: 'u' }, minute));
        expect(await brand.find('EndedSession', 'u')).toEqual({});
        expect(await brand.findByUid('Session', 'u')).toBeUndefined();
        expect(await store.forBrand('other').find('EndedSession', 'u')).toBeUndefined();
      });

      test('is marked for as long as it was said, where nothing of it lives longer', async () => {
        await brand.upsert('EndedSession', 'u', {}, brief);
        await harness.expire(brief);
        expect(await brand.find('EndedSession', 'u')).toBeUndefined();
      });

      test('does not take the uid from the session that carries it on under a new id', async () => {
        await brand.upsert('Session', 'old', { uid: 'u' }, minute);
        await brand.destroy('Session', 'old');
        await brand.upsert('Session', 'new', { uid: 'u', mark: 'new' }, minute);
        expect(await brand.upsert('Session', 'old', { uid: 'u' }, minute)).toBe('dropped');
        expect(await brand.findByUid('Session', 'u')).toMatchObject({ mark: 'new' });
        await brand.destroy('Session', 'old');
        expect(await brand.findByUid('Session', 'u')).toMatchObject({ mark: 'new' });
      });

      test('is a matter of that id only: other sessions, models and brands are saved', async () => {
        await brand.destroy('Session', 's');
        await brand.destroy('Interaction', 's');
        expect(await brand.upsert('Interaction', 's', {}, minute)).toBe('saved');
        expect(await brand.upsert('AccessToken', 's', {}, minute)).toBe('saved');
        expect(await brand.upsert('Session', 's2', {}, minute)).toBe('saved');
        expect(await store.forBrand('other').upsert('Session', 's', {}, minute)).toBe('saved');
      });
    });

    describe('a replay record', () => {
      test('is saved once', async () => {
        expect(await brand.upsert('ReplayDetection', 'jti', { iss: 'a' }, minute)).toBe('saved');
        expect(await brand.upsert('ReplayDetection', 'jti', { iss: 'b' }, minute)).toBe('exists');
        expect(await brand.find('ReplayDetection', 'jti')).toEqual({ iss: 'a' });
      });

      test('has exactly one saver among 20 in parallel', async () => {
        for (let round = 0; round < 10; round += 1) {
          const outcomes = await times(20, () => brand.upsert('ReplayDetection', `jti-${round}`, {}, minute));
          expect(outcomes.filter((outcome) => outcome === 'saved')).toHaveLength(1);
          expect(outcomes.filter((outcome) => outcome === 'exists')).toHaveLength(19);
        }
      });

      test('is not kept alive by refused saves, and free again after its life', async () => {
        await lookInTime(async (jti, watch) => {
          await brand.upsert('ReplayDetection', jti, {}, brief);
          await brand.upsert('ReplayDetection', jti, {}, minute);
          watch.within(brief);
          await harness.expire(brief);
          expect(await brand.upsert('ReplayDetection', jti, {}, minute)).toBe('saved');
        });
      });
    });

    describe('revoking a grant', () => {
      const members = ['AccessToken', 'RefreshToken', 'DeviceCode', 'OwnModel'];
      const others = ['Session', 'Interaction', 'AuthorizationCode'];

      test('removes the grant and every member of every model, but no session, interaction or code', async () => {
        await brand.upsert('Grant', 'g', { accountId: 'dana' }, minute);
        for (const model of members) await brand.upsert(model, 'x:1', { grantId: 'g' }, minute);
        for (const model of others) await brand.upsert(model, 'o', { grantId: 'g' }, minute);
        await brand.upsert('AccessToken', 'other', { grantId: 'g2' }, minute);
        await brand.upsert('Grant', 'g2', {}, minute);
        await brand.revokeGrant('g');
        expect(await brand.find('Grant', 'g')).toBeUndefined();
        for (const model of members) {
          expect(await brand.find(model, 'x:1')).toBeUndefined();
        }
        for (const model of others) expect(await brand.find(model, 'o')).toBeDefined();
        expect(await brand.find('AccessToken', 'other')).toBeDefined();
        expect(await brand.find('Grant', 'g2')).toBeDefined();
      });

      test('that is unknown, or revoked before, changes nothing', async () => {
        await brand.revokeGrant('never');
        await brand.revokeGrant('never');
        expect(await brand.find('Grant', 'never')).toBeUndefined();
      });

      test('also ends it for a request that saves it late', async () => {
        await brand.upsert('Grant', 'g', {}, minute);
        await brand.revokeGrant('g');
        expect(await brand.upsert('Grant', 'g', {}, minute)).toBe('dropped');
        expect(await brand.find('Grant', 'g')).toBeUndefined();
      });

      test('finds every one of 50 members that were saved in parallel', async () => {
        await times(50, (n) => brand.upsert('AccessToken', `t-${n}`, { grantId: 'g' }, minute));
        await brand.revokeGrant('g');
        const left = await times(50, (n) => brand.find('AccessToken', `t-${n}`));
        expect(left.filter(Boolean)).toEqual([]);
      });

      test('finds every one of 450 members', async () => {
        await times(450, (n) => brand.upsert('AccessToken', `t-${n}`, { grantId: 'g' }, minute));
        await brand.revokeGrant('g');
        const left = await times(450, (n) => brand.find('AccessToken', `t-${n}`));
        expect(left.filter(Boolean)).toEqual([]);
      });

      test('still finds a member that outlived the others', async () => {
        await brand.upsert('DeviceCode', 'brief', { grantId: 'g' }, brief);
        await brand.upsert('RefreshToken', 'long', { grantId: 'g' }, minute);
        await brand.upsert('AccessToken', 'brief', { grantId: 'g' }, brief);
        await harness.expire(brief);
        await brand.revokeGrant('g');
        expect(await brand.find('RefreshToken', 'long')).toBeUndefined();
      });

      test('leaves no token alive whose grant still lives, while tokens are being saved', async () => {
        for (let round = 0; round < 10; round += 1) {
          const grantId = `g-${round}`;
          await brand.upsert('Grant', grantId, {}, minute);
          await Promise.all([
            times(5, (n) => brand.upsert('AccessToken', `${grantId}-a${n}`, { grantId }, minute)),
            brand.revokeGrant(grantId),
            times(5, (n) => brand.upsert('AccessToken', `${grantId}-b${n}`, { grantId }, minute)),
            brand.upsert('Grant', grantId, {}, minute),
          ]);
          expect(await brand.find('Grant', grantId)).toBeUndefined();
        }
      });
    });

    describe('two brands', () => {
      test('with one id never see each other', async () => {
        const other = store.forBrand('other');
        const payload = { userCode: 'c', grantId: 'g' };
        await brand.upsert('DeviceCode', 'same', payload, minute);
        await brand.upsert('Session', 'same', { uid: 'u' }, minute);
        await brand.addMember('set', 'm', minute);
        await brand.increment('counter', minute);
        await brand.acquireLock('lock', minute);
        await brand.putLink('livechat', 'dana', { customer: 'x' });
        await brand.setNotBefore('dana', 100, minute);

        expect(await other.find('DeviceCode', 'same')).toBeUndefined();
        expect(await other.findByUid('Session', 'u')).toBeUndefined();
        expect(await other.findByUserCode('DeviceCode', 'c')).toBeUndefined();
        expect(await other.consume('DeviceCode', 'same')).toBe('unknown');
        expect(await other.members('set')).toEqual([]);
        expect(await other.increment('counter', minute)).toBe(1);
        expect(await other.acquireLock('lock', minute)).toBeDefined();
        expect(await other.findLink('livechat', 'dana')).toBeUndefined();
        expect(await other.notBefore('dana')).toBeUndefined();
        await other.destroy('DeviceCode', 'same');
        await other.revokeGrant('g');
        await other.removeMember('set', 'm');
        expect(await brand.find('DeviceCode', 'same')).toEqual(payload);
        expect(await brand.members('set')).toEqual(['m']);
      });

      test('cannot be reached from an id that spells another brand', async () => {
        const a = store.forBrand('a');
        const b = store.forBrand('a-b');
        await a.upsert('Session', 'b:Session:x', { mine: true }, minute);
        await a.upsert('Session', '-b:x', { mine: true }, minute);
        expect(await b.find('Session', 'x')).toBeUndefined();
        expect(await b.find('Session', 'Session:x')).toBeUndefined();
      });

      test.each(['', 'a:b', 'A', '../a', 'a{b}', 'a b'])('a brand cannot be called %p', (name) => {
        expect(() => store.forBrand(name)).toThrow(TypeError);
      });
    });

    describe.each(['set', 'grants:u', 'sessions:dana', 'known-browsers:x'])('a set, such as %s,', (set) => {
      test('lists its members by expiry and forgets those that are removed', async () => {
        await brand.addMember(set, 'late', 3 * minute);
        await brand.addMember(set, 'early', minute);
        await brand.addMember(set, 'ü:\u0000', 2 * minute);
        expect(await brand.members(set)).toEqual(['early', 'ü:\u0000', 'late']);
        await brand.removeMember(set, 'late');
        await brand.removeMember(set, 'never there');
        expect(await brand.members(set)).toEqual(['early', 'ü:\u0000']);
        expect(await brand.members('other')).toEqual([]);
      });

      test('lets members expire one by one; adding again extends and never shortens', async () => {
        await brand.addMember(set, 'brief', brief);
        await brand.addMember(set, 'extended', brief);
        await brand.addMember(set, 'extended', minute);
        await brand.addMember(set, 'kept', minute);
        await brand.addMember(set, 'kept', brief);
        // Some expire with the second.
        await harness.expire(brief + 1);
        expect((await brand.members(set)).toSorted()).toEqual(['extended', 'kept']);
      });

      test('loses no member among 50 that are added in parallel', async () => {
        await times(50, (n) => brand.addMember(set, `m-${n}`, minute));
        expect(await brand.members(set)).toHaveLength(50);
      });
    });

    describe('the grants of a session', () => {
      const grants = 'grants:u';

      test('are listed whenever they came, and outlive the session, its id and its end', async () => {
        await brand.addMember(grants, 'before', minute);
        await brand.upsert('Session', 'old', { uid: 'u', mark: 'old' }, minute);
        await brand.addMember(grants, 'first', 2 * minute);
        await brand.upsert('Session', 'new', { uid: 'u', mark: 'new' }, minute);
        await brand.destroy('Session', 'old');
        await brand.addMember(grants, 'second', 3 * minute);
        expect(await brand.findByUid('Session', 'u')).toMatchObject({ mark: 'new' });
        await brand.destroy('Session', 'new');
        expect(await brand.findByUid('Session', 'u')).toBeUndefined();
        expect(await brand.find('EndedSession', 'u')).toBeUndefined();
        await brand.upsert('EndedSession', 'u', {}, minute);
        await brand.addMember(grants, 'late', 4 * minute);
        expect(await brand.find('EndedSession', 'u')).toEqual({});
        expect(await brand.upsert('Session', 'third', { uid: 'u' }, minute)).toBe('dropped');
        expect(await brand.members(grants)).toEqual(['before', 'first', 'second', 'late']);
      });

      test('by the hundred stand in no way of the session', async () => {
        await brand.upsert('Session', 's', { uid: 'u', accountId: 'dana' }, minute);
        await times(300, (n) => brand.addMember(grants, `grant-number-${n}`, minute));
        expect(await brand.findByUid('Session', 'u')).toMatchObject({ accountId: 'dana' });
        expect(await brand.members(grants)).toHaveLength(300);
        await brand.removeMember(grants, 'grant-number-7');
        expect(await brand.members(grants)).toHaveLength(299);
        expect(await brand.findByUid('Session', 'u')).toMatchObject({ accountId: 'dana' });
      });
    });

    describe('a counter', () => {
      test('counts exactly under 50 parallel increments', async () => {
        const counts = await times(50, () => brand.increment('attempts', minute));
        expect(counts.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
      });

      test('starts anew a window after its first increment, however often it was raised since', async () => {
        await lookInTime(async (name, watch) => {
          const counts = [await brand.increment(name, brief), await brand.increment(name, minute)];
          watch.within(brief);
          expect(counts).toEqual([1, 2]);
          await harness.expire(brief);
          expect(await brand.increment(name, minute)).toBe(1);
        });
      });

      test('can be read without being raised, and is 0 where there is none or its window is over', async () => {
        expect(await brand.readCounter('attempts')).toBe(0);
        await lookInTime(async (name, watch) => {
          await brand.increment(name, brief);
          await brand.increment(name, brief);
          const counts = [await brand.readCounter(name), await brand.readCounter(name)];
          watch.within(brief);
          expect(counts).toEqual([2, 2]);
          await harness.expire(brief);
          expect(await brand.readCounter(name)).toBe(0);
        });
      });

      test('starts anew when it is reset', async () => {
        await brand.increment('attempts', minute);
        await brand.resetCounter('attempts');
        await brand.resetCounter('never raised');
        expect(await brand.increment('attempts', minute)).toBe(1);
      });
    });

    describe('attempts', () => {
      const rule = { free: 5, forgetOneAfter: minute, firstWait: brief, longestWait: 4 * brief };

      test('are admitted as often as they are free, and not once more, however many come at once', async () => {
        const slow = { ...rule, firstWait: minute, longestWait: minute };
        const taken = await times(50, () => brand.takeAttempt('a', slow));
        expect(taken.filter(({ admitted }) => admitted)).toHaveLength(5);
        const counts = taken.filter(({ admitted }) => admitted).map(({ count }) => count);
        expect(counts.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5]);
        expect(taken.filter(({ admitted, wait }) => !admitted && wait > 30)).toHaveLength(45);
        expect((await brand.findAttempts('a', slow)).wait).toBeGreaterThan(30);
        expect(await store.forBrand('other').findAttempts('a', slow)).toEqual({ count: 0, wait: 0 });
      });

      test('wait twice as long each time, up to the longest wait', async () => {
        await lookInTime(async (name, watch) => {
          for (let n = 0; n < 4; n += 1) await brand.takeAttempt(name, rule);
          watch.start();
          await brand.takeAttempt(name, rule);
          for (const seconds of [brief, 2 * brief, 4 * brief, 4 * brief]) {
            const early = await brand.takeAttempt(name, rule);
            watch.within(seconds);
            expect(early.admitted).toBe(false);
            await harness.expire(seconds);
            watch.start();
            expect((await brand.takeAttempt(name, rule)).admitted).toBe(true);
          }
        });
      });

      test('are forgotten one by one', async () => {
        const quick = { free: 3, forgetOneAfter: brief, firstWait: minute, longestWait: minute };
        await lookInTime(async (name, watch) => {
          for (let n = 0; n < 3; n += 1) await brand.takeAttempt(name, quick);
          await harness.expire(brief);
          const once = await brand.findAttempts(name, quick);
          watch.within(2 * brief);
          expect(once).toEqual({ count: 2, wait: 0 });
          await harness.expire(3 * brief);
          expect(await brand.findAttempts(name, quick)).toEqual({ count: 0, wait: 0 });
        });
      });

      test('are taken back one at a time, never below nothing', async () => {
        for (let n = 0; n < 5; n += 1) await brand.takeAttempt('a', rule);
        await brand.returnAttempt('a');
        expect(await brand.findAttempts('a', rule)).toEqual({ count: 4, wait: 0 });
        await times(9, () => brand.returnAttempt('a'));
        await brand.returnAttempt('never made');
        expect((await brand.findAttempts('a', rule)).count).toBe(0);
        expect((await brand.takeAttempt('a', rule)).count).toBe(1);
      });

      test('start anew when they are forgotten at once', async () => {
        await times(5, () => brand.takeAttempt('a', rule));
        await brand.forgetAttempts('a');
        await brand.forgetAttempts('never made');
        expect(await brand.takeAttempt('a', rule)).toEqual({ admitted: true, count: 1, wait: 0 });
      });
    });

    describe('a lock', () => {
      test('has exactly one holder among 20 that ask at once', async () => {
        const locks = await times(20, () => brand.acquireLock('rotate', minute));
        expect(locks.filter(Boolean)).toHaveLength(1);
        expect(await brand.acquireLock('another', minute)).toBeDefined();
      });

      test('can be taken again after its release', async () => {
        const lock = await brand.acquireLock('rotate', minute);
        await lock?.release();
        expect(await brand.acquireLock('rotate', minute)).toBeDefined();
      });

      test('ends by itself, and a late release does not free the next holder', async () => {
        const late = await brand.acquireLock('rotate', brief);
        await harness.expire(brief);
        expect(await brand.acquireLock('rotate', minute)).toBeDefined();
        await late?.release();
        expect(await brand.acquireLock('rotate', minute)).toBeUndefined();
      });
    });

    describe('a link', () => {
      test('is stored once: 20 in parallel all get the link of the one that came first', async () => {
        const answers = await times(20, (n) => brand.putLink('livechat', 'dana', { customer: n }));
        expect(new Set(answers.map((answer) => answer['customer'])).size).toBe(1);
        expect(await brand.findLink('livechat', 'dana')).toEqual(answers[0]);
      });

      test('belongs to one platform and one account, whatever characters they contain', async () => {
        await brand.putLink('a', 'b:c', { n: 1 });
        await brand.putLink('a:b', 'c', { n: 2 });
        expect(await brand.findLink('a', 'b:c')).toEqual({ n: 1 });
        expect(await brand.findLink('a:b', 'c')).toEqual({ n: 2 });
        expect(await brand.findLink('a', 'c')).toBeUndefined();
      });

      test('is replaced only while it holds the expected value, whatever the order of its properties', async () => {
        await brand.putLink('livechat', 'dana', { a: 1, b: [2], token: 'x' });
        expect(await brand.replaceLink('livechat', 'dana', { a: 1 }, { n: 'wrong' })).toBe(false);
        expect(await brand.replaceLink('livechat', 'unknown', {}, { n: 'wrong' })).toBe(false);
        expect(await brand.findLink('livechat', 'unknown')).toBeUndefined();
        expect(await brand.replaceLink('livechat', 'dana', { token: 'x', b: [2], a: 1 }, { a: 2 })).toBe(
          true,
        );
        expect(await brand.findLink('livechat', 'dana')).toEqual({ a: 2 });
      });

      test('is replaced by exactly one of 20 that expect the same value', async () => {
        const first = await brand.putLink('livechat', 'dana', { n: 0 });
        const outcomes = await times(20, (n) => brand.replaceLink('livechat', 'dana', first, { n: n + 1 }));
        expect(outcomes.filter(Boolean)).toHaveLength(1);
      });

      test('outlives a restart of the store, and goes when it is removed', async () => {
        await brand.putLink('livechat', 'dana', { customer: 'x' });
        store = await harness.reopen(store);
        brand = store.forBrand('acme');
        expect(await brand.findLink('livechat', 'dana')).toEqual({ customer: 'x' });
        await brand.removeLink('livechat', 'dana');
        await brand.removeLink('livechat', 'dana');
        expect(await brand.findLink('livechat', 'dana')).toBeUndefined();
      });
    });

    describe('the list of links', () => {
      const collect = async (limit: number) => {
        const pages: LinkPage['links'][] = [];
        let after: string | undefined;
        do {
          const page = await brand.listLinks({ after, limit });
          pages.push(page.links);
          after = page.next;
        } while (after !== undefined);
        return pages;
      };
      const nameOf = ({ platform, accountId }: LinkPage['links'][number]) => `${platform} ${accountId}`;

      test('has each of them once, page by page, and nothing of another brand', async () => {
        await times(25, (n) => brand.putLink('livechat', `account-${n}`, { n }));
        await brand.putLink('a:b', 'c:d', { odd: 'ünï' });
        await store.forBrand('other').putLink('livechat', 'account-1', { other: true });
        const pages = await collect(10);
        expect(pages.map((page) => page.length)).toEqual([10, 10, 6]);
        const all = pages.flat();
        expect(new Set(all.map(nameOf)).size).toBe(26);
        expect(all).toContainEqual({ platform: 'a:b', accountId: 'c:d', link: { odd: 'ünï' } });
        expect(all).toContainEqual({ platform: 'livechat', accountId: 'account-7', link: { n: 7 } });
      });

      test('is empty without links, and forgets what was removed', async () => {
        expect(await brand.listLinks({ limit: 10 })).toEqual({ links: [] });
        await brand.putLink('livechat', 'dana', { n: 1 });
        await brand.putLink('livechat', 'ben', { n: 2 });
        await brand.removeLink('livechat', 'dana');
        expect((await collect(10)).flat().map(nameOf)).toEqual(['livechat ben']);
      });

      test('misses no link, however often links come and go at once', async () => {
        await times<unknown>(40, (n) =>
          n % 2 === 0
            ? brand.putLink('livechat', `account-${n % 8}`, { n })
            : brand.removeLink('livechat', `account-${n % 8}`),
        );
        const listed = new Set((await collect(3)).flat().map(nameOf));
        for (let n = 0; n < 8; n += 1) {
          const link = await brand.findLink('livechat', `account-${n}`);
          expect(listed.has(`livechat account-${n}`)).toBe(link !== undefined);
        }
      });
    });

    describe('the not-before of an account', () => {
      test('is unknown at first and never moves backwards', async () => {
        expect(await brand.notBefore('dana')).toBeUndefined();
        await brand.setNotBefore('dana', 1000, minute);
        await brand.setNotBefore('dana', 900, minute);
        expect(await brand.notBefore('dana')).toBe(1000);
        await brand.setNotBefore('dana', 1100, minute);
        expect(await brand.notBefore('dana')).toBe(1100);
        await times(20, (n) => brand.setNotBefore('dana', 1200 + n, minute));
        expect(await brand.notBefore('dana')).toBe(1219);
        expect(await brand.notBefore('ben')).toBeUndefined();
      });

      test('ends with the longest life that it was given', async () => {
        await brand.setNotBefore('brief', 1000, brief);
        await brand.setNotBefore('long', 1000, minute);
        await brand.setNotBefore('long', 1001, brief);
        await harness.expire(brief);
        expect(await brand.notBefore('brief')).toBeUndefined();
        expect(await brand.notBefore('long')).toBe(1001);
        await brand.setNotBefore('brief', 900, minute);
        expect(await brand.notBefore('brief')).toBe(900);
      });
    });

    describe('carrying everything over', () => {
      async function exportAll(): Promise<StoredItem[]> {
        const items: StoredItem[] = [];
        for await (const item of store.exportItems()) items.push(item);
        return items;
      }

      test('keeps what was used, ended, counted and linked, and every way to a record', async () => {
        await brand.upsert(
          'Session',
          's',
          { uid: 'u', jti: 's', kind: 'Session', accountId: 'dana' },
          minute,
        );
        await brand.destroy('Session', 'ended');
        await brand.upsert('EndedSession', 'ended:uid', {}, minute);
        await brand.upsert('AuthorizationCode', 'spent', { grantId: 'g' }, minute);
        await brand.consume('AuthorizationCode', 'spent');
        await brand.upsert('RefreshToken', 'a:b', { grantId: 'g' }, minute);
        await brand.upsert('Client', 'eternal', { name: 'Zoë \u0000' });
        await brand.upsert('AccessToken', 'expired', {}, 0);
        await brand.addMember('set:x', 'late', 2 * minute);
        await brand.addMember('set:x', 'early', minute);
        await brand.addMember('sessions:dana:1', 'u', minute);
        await brand.addMember('grants:u', 'of u', minute);
        await brand.addMember('grants:ended:uid', 'of the ended', minute);
        await brand.increment('attempts', minute);
        await brand.increment('attempts', minute);
        await brand.increment('anonymous-from:2001:db8::', minute);
        await brand.acquireLock('lock', minute);
        await brand.putLink('live:chat', 'dana:1', { customer: 'x' });
        await brand.setNotBefore('dana', 1000, minute);
        await harness.expire(0.01);

        const items = await exportAll();
        expect(items.map(({ kind }) => kind).toSorted()).toEqual([
          ...'counter counter link member member member member member not-before'.split(' '),
          ...'record record record record record tombstone'.split(' '),
        ]);
        await store.importItems(items.map((item) => ({ ...item, brand: 'copy' })));
        const copy = store.forBrand('copy');

        expect(await copy.findByUid('Session', 'u')).toEqual(await brand.find('Session', 's'));
        expect(await copy.upsert('Session', 'ended', {}, minute)).toBe('dropped');
        expect(await copy.upsert('Session', 'late', { uid: 'ended:uid' }, minute)).toBe('dropped');
        expect(await copy.find('EndedSession', 'u')).toBeUndefined();
        expect(await copy.find('AuthorizationCode', 'spent')).toEqual(
          await brand.find('AuthorizationCode', 'spent'),
        );
        expect(await copy.consume('AuthorizationCode', 'spent')).toBe('lost');
        expect(await copy.find('Client', 'eternal')).toEqual({ name: 'Zoë \u0000' });
        expect(await copy.members('set:x')).toEqual(['early', 'late']);
        expect(await copy.members('sessions:dana:1')).toEqual(['u']);
        expect(await copy.members('sessions:dana')).toEqual([]);
        expect(await copy.members('grants:u')).toEqual(['of u']);
        expect(await copy.members('grants:ended:uid')).toEqual(['of the ended']);
        expect(await copy.readCounter('attempts')).toBe(2);
        expect(await copy.readCounter('anonymous-from:2001:db8::')).toBe(1);
        expect((await copy.listLinks({ limit: 10 })).links).toEqual([
          { platform: 'live:chat', accountId: 'dana:1', link: { customer: 'x' } },
        ]);
        expect(await copy.findLink('live:chat', 'dana:1')).toEqual({ customer: 'x' });
        expect(await copy.notBefore('dana')).toBe(1000);
        expect(await copy.acquireLock('lock', minute)).toBeDefined();
        await copy.revokeGrant('g');
        expect(await copy.find('RefreshToken', 'a:b')).toBeUndefined();
        expect(await brand.find('RefreshToken', 'a:b')).toBeDefined();
      });

      test('keeps the lifetimes that are left', async () => {
        const copy = store.forBrand('copy');
        await lookInTime(async (id, watch) => {
          await brand.upsert('Session', id, { uid: `${id}-u` }, brief);
          await brand.increment('attempts', brief);
          await brand.addMember('set', 'm', brief);
          const items = await exportAll();
          await store.importItems(items.map((item) => ({ ...item, brand: 'copy' })));
          const found = await copy.find('Session', id);
          watch.within(brief);
          expect(found).toBeDefined();
          await harness.expire(brief);
          expect(await copy.find('Session', id)).toBeUndefined();
          expect(await copy.findByUid('Session', `${id}-u`)).toBeUndefined();
        });
        expect(await copy.readCounter('attempts')).toBe(0);
        expect(await copy.members('set')).toEqual([]);
      });

      test('knows whether there is anything', async () => {
        expect(await store.isEmpty()).toBe(true);
        await brand.putLink('livechat', 'dana', {});
        expect(await store.isEmpty()).toBe(false);
      });
    });

    describe('the store', () => {
      test('says how full it is, and grows with what it holds', async () => {
        const before = await store.measure();
        expect(before.used).toBeGreaterThan(0);
        const text = 'x'.repeat(100_000);
        await Promise.all(
          Array.from({ length: 20 }, (_, count) => brand.upsert('Session', `big-${count}`, { text }, minute)),
        );
        expect((await store.measure()).used).toBeGreaterThan(before.used + 200_000);
      });

      test('answers a ping, and after closing only says that it is unavailable', async () => {
        await store.ping();
        await store.close();
        await store.close();
        const refused = { code: 'store_unavailable', status: 503 };
        await expect(store.ping()).rejects.toMatchObject(refused);
        await expect(store.measure()).rejects.toMatchObject(refused);
        await expect(brand.find('Session', 'a')).rejects.toMatchObject(refused);
        await expect(brand.upsert('Session', 'a', { grantId: 'g', uid: 'u' }, 1)).rejects.toMatchObject(
          refused,
        );
        await expect(brand.revokeGrant('g')).rejects.toMatchObject(refused);
        await expect(brand.replaceLink('p', 'a', {}, {})).rejects.toMatchObject(refused);
      });

      test.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses a lifetime of %p', async (lifetime) => {
        await expect(brand.upsert('Session', 'a', {}, lifetime)).rejects.toThrow(TypeError);
        await expect(brand.addMember('set', 'm', lifetime)).rejects.toThrow(TypeError);
        await expect(brand.increment('counter', lifetime)).rejects.toThrow(TypeError);
        await expect(brand.acquireLock('lock', lifetime)).rejects.toThrow(TypeError);
        await expect(brand.setNotBefore('dana', 1, lifetime)).rejects.toThrow(TypeError);
      });

      test('keeps records, tombstones and consumed marks across a restart', async () => {
        await brand.upsert('AuthorizationCode', 'code', { grantId: 'g' }, minute);
        await brand.consume('AuthorizationCode', 'code');
        await brand.upsert('AccessToken', 'token', { grantId: 'g' }, minute);
        await brand.destroy('Session', 's');
        store = await harness.reopen(store);
        brand = store.forBrand('acme');
        expect(await brand.consume('AuthorizationCode', 'code')).toBe('lost');
        expect(await brand.upsert('Session', 's', {}, minute)).toBe('dropped');
        await brand.revokeGrant('g');
        expect(await brand.find('AccessToken', 'token')).toBeUndefined();
      });
    });
  });
}

function readJson(text: string): Payload {
  const payload: Payload = JSON.parse(text);
  return payload;
}
