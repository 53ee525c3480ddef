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
  /** Of the record that leads there: an introspected token is looked for among several. */
  model: ModelName;
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
  model: ModelName;
  id: string;
  wanted: readonly Ahead[];
}

interface Answer {
  id: string;
  found: Promise<unknown>;
}

/** Answers that a request has not asked for yet, one of a kind: by model, or `uid` and `not before`. */
type Held = Map<string, Answer>;

export function createReadAhead(store: BrandStore): ReadAhead {
  const known = new LRUCache<string, Leads>({ maxSize: mostRecords, sizeCalculation: () => 1 });
  const held = new WeakMap<object, Held>();

  /** Whereto a record leads never changes. */
  function note(model: ModelName, id: string, payload: Payload): void {
    if (!withRecord.has(model) || known.has(id)) return;
    const { grantId, sessionUid, uid, accountId } = payload;
    known.set(id, { model, grantId, sessionUid: sessionUid ?? uid, accountId });
  }

  function askAhead({ grantId, sessionUid, accountId }: Leads, wanted: readonly Ahead[]): Held {
    const answers: Held = new Map();
    const hold = (kind: string, id: unknown, ask: (id: string) => Promise<unknown>): void => {
      if (typeof id !== 'string') return;
      const found = ask(id);
      // Its failure is that of whoever takes it.
      found.catch(ignore);
      answers.set(kind, { id, found });
    };
    if (wanted.includes('grant')) hold('Grant', grantId, (id) => store.find('Grant', id));
    if (wanted.includes('session')) hold('uid', sessionUid, (uid) => store.findByUid('Session', uid));
    if (wanted.includes('liveness')) {
      hold('EndedSession', sessionUid, (uid) => store.find('EndedSession', uid));
      hold('not before', accountId, (id) => store.notBefore(id));
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
  async function withAhead<T>({ ctx, model, id, wanted }: Occasion, work: () => Promise<T>): Promise<T> {
    const leads = ctx && known.get(id);
    const answers = leads?.model === model ? askAhead(leads, wanted) : undefined;
    const result = await work();
    if (ctx && answers) holdForThisTurn(ctx, answers);
    return result;
  }

  async function findLeading(ctx: object | undefined, model: ModelName, id: string) {
    const wanted = withRecord.get(model);
    if (!wanted) return store.find(model, id);
    const found = await withAhead({ ctx, model, id, wanted }, () => store.find(model, id));
    if (found) note(model, id, found);
    return found;
  }

  function take<T>(kind: string, id: string): Promise<T> | undefined {
    const answers = Provider.ctx && held.get(Provider.ctx);
    const answer = answers?.get(kind);
    if (answer?.id !== id) return undefined;
    answers?.delete(kind);
    return answer.found as Promise<T>;
  }

  return {
    store: {
      ...store,
      find: (model, id) => take<Payload | undefined>(model, id) ?? findLeading(Provider.ctx, model, id),
      findByUid: (model, uid) => take<Payload | undefined>('uid', uid) ?? store.findByUid(model, uid),
      notBefore: (accountId) =>
        take<number | undefined>('not before', accountId) ?? store.notBefore(accountId),
      consume(model, id) {
        const wanted = withUse.get(model);
        const consume = () => store.consume(model, id);
        return wanted ? withAhead({ ctx: Provider.ctx, model, id, wanted }, consume) : consume();
      },
      upsert(model, id, payload, expiresIn) {
        note(model, id, payload);
        return store.upsert(model, id, payload, expiresIn);
      },
    },
    async findSession(ctx, id) {
      const found = await findLeading(ctx, 'Session', id);
      const answers: Held = held.get(ctx) ?? new Map();
      holdForThisTurn(ctx, answers.set('Session', { id, found: Promise.resolve(found) }));
      return found;
    },
  };
}

function ignore(): void {}
