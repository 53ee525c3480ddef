import { LRUCache } from 'lru-cache';
import { Provider } from 'oidc-provider';
import type { BrandStore, ModelName, Payload } from '../store/contract.ts';

/**
 * A code, a token or a session leads to other records, for which the library and our checks ask one after the other.
 * Whereto one leads is known of those that this process has seen: all are asked for in one round trip.
 *
 * What was asked for ahead answers one question, and none after the turn of the event loop in which it arrived:
 * whoever waited for anything else meanwhile, such as a directory, asks the store again.
 */
export interface ReadAhead {
  /** The same store for whatever a request asks. */
  store: BrandStore;
  /** The session of a request that has not reached the library yet, which gets the same answer. */
  findSession(ctx: object, id: string): Promise<Payload | undefined>;
}

/** Ids of what a record leads to; a wrong one would answer nobody's question. */
interface Leads {
  grantId: unknown;
  /** Of the session on whose behalf it was given; a session's own. */
  sessionUid: unknown;
  accountId: unknown;
}

/** `liveness`: whether the session has ended, and the account's "not before" mark. */
type Ahead = 'grant' | 'session' | 'liveness';

/** What is asked for together with a record. */
const withRecord: ReadonlyMap<ModelName, readonly Ahead[]> = new Map([
  ['Session', ['liveness']],
  ['AuthorizationCode', ['grant']],
  ['AccessToken', ['session', 'liveness', 'grant']],
  ['RefreshToken', ['grant', 'session', 'liveness']],
]);
/** Together with its use, which the library puts before the account. */
const withUse: ReadonlyMap<ModelName, readonly Ahead[]> = new Map([
  ['AuthorizationCode', ['session', 'liveness']],
]);

const mostRecords = 10_000;

interface Occasion {
  /** The request. */
  ctx: object | undefined;
  record: string;
  wanted: readonly Ahead[];
}

/** Answers that a request has not asked for yet, by question. */
type Held = Map<string, Promise<unknown>>;

export function createReadAhead(store: BrandStore): ReadAhead {
  const known = new LRUCache<string, Leads>({ maxSize: mostRecords, sizeCalculation: () => 1 });
  const held = new WeakMap<object, Held>();

  function note(model: ModelName, id: string, payload: Payload): void {
    if (!withRecord.has(model)) return;
    const { grantId, sessionUid, uid, accountId } = payload;
    known.set(`${model} ${id}`, { grantId, sessionUid: sessionUid ?? uid, accountId });
  }

  function askAhead({ grantId, sessionUid, accountId }: Leads, wanted: readonly Ahead[]): Held {
    const answers: Held = new Map();
    const hold = (question: string, answer: Promise<unknown>): void => {
      // Its failure is that of whoever takes it.
      answer.catch(() => {});
      answers.set(question, answer);
    };
    const find = (model: ModelName, id: unknown): void => {
      if (typeof id === 'string') hold(`${model} ${id}`, store.find(model, id));
    };
    if (wanted.includes('grant')) find('Grant', grantId);
    if (wanted.includes('session') && typeof sessionUid === 'string')
      hold(`uid ${sessionUid}`, store.findByUid('Session', sessionUid));
    if (wanted.includes('liveness')) {
      find('EndedSession', sessionUid);
      if (typeof accountId === 'string') hold(`not before ${accountId}`, store.notBefore(accountId));
    }
    return answers;
  }

  function holdForThisTurn(ctx: object, answers: Held): void {
    held.set(ctx, answers);
    setImmediate(() => {
      if (held.get(ctx) === answers) held.delete(ctx);
    });
  }

  /** What the record leads to is sent first, and so is there when the work is done. */
  async function withAhead<T>({ ctx, record, wanted }: Occasion, work: () => Promise<T>): Promise<T> {
    const leads = known.get(record);
    const answers = ctx && leads && askAhead(leads, wanted);
    const result = await work();
    if (answers) holdForThisTurn(ctx, answers);
    return result;
  }

  async function findLeading(ctx: object | undefined, model: ModelName, id: string) {
    const wanted = withRecord.get(model);
    if (!wanted) return store.find(model, id);
    const found = await withAhead({ ctx, record: `${model} ${id}`, wanted }, () => store.find(model, id));
    if (found) note(model, id, found);
    return found;
  }

  function takeOrAsk<T>(question: string, ask: () => Promise<T>): Promise<T> {
    const answers = Provider.ctx && held.get(Provider.ctx);
    const found = answers?.get(question) as Promise<T> | undefined;
    answers?.delete(question);
    return found ?? ask();
  }

  return {
    store: {
      ...store,
      find: (model, id) => takeOrAsk(`${model} ${id}`, () => findLeading(Provider.ctx, model, id)),
      findByUid: (model, uid) => takeOrAsk(`uid ${uid}`, () => store.findByUid(model, uid)),
      notBefore: (accountId) => takeOrAsk(`not before ${accountId}`, () => store.notBefore(accountId)),
      consume(model, id) {
        const occasion = { ctx: Provider.ctx, record: `${model} ${id}`, wanted: withUse.get(model) ?? [] };
        return withAhead(occasion, () => store.consume(model, id));
      },
      upsert(model, id, payload, expiresIn) {
        note(model, id, payload);
        return store.upsert(model, id, payload, expiresIn);
      },
    },
    async findSession(ctx, id) {
      const found = await findLeading(ctx, 'Session', id);
      const answers: Held = held.get(ctx) ?? new Map();
      holdForThisTurn(ctx, answers.set(`Session ${id}`, Promise.resolve(found)));
      return found;
    },
  };
}
