import { LRUCache } from 'lru-cache';
import { Provider } from 'oidc-provider';
import type { BrandStore, ModelName, Payload } from '../store/contract.ts';
import { type HeldAnswers, holdAnswer, holdAnswers, takeAnswer } from './held-answers.ts';
import type { Requested } from './request-note.ts';

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
  findSession(ctx: Requested, id: string): Promise<Payload | undefined>;
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
  ctx: Requested | undefined;
  model: ModelName;
  id: string;
  wanted: readonly Ahead[];
}

export function createReadAhead(store: BrandStore): ReadAhead {
  const known = new LRUCache<string, Leads>({ maxSize: mostRecords, sizeCalculation: () => 1 });

  /** Whereto a record leads never changes. */
  function note(model: ModelName, id: string, payload: Payload): void {
    if (!withRecord.has(model) || known.has(id)) return;
    const { grantId, sessionUid, uid, accountId } = payload;
    known.set(id, { model, grantId, sessionUid: sessionUid ?? uid, accountId });
  }

  function askAhead({ grantId, sessionUid, accountId }: Leads, wanted: readonly Ahead[]): HeldAnswers {
    const answers: HeldAnswers = new Map();
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

  /** What the record leads to is sent first, and so is there when the work is done. */
  async function withAhead<T>({ ctx, model, id, wanted }: Occasion, work: () => Promise<T>): Promise<T> {
    const leads = ctx && known.get(id);
    const answers = leads?.model === model ? askAhead(leads, wanted) : undefined;
    const result = await work();
    if (ctx && answers) holdAnswers(ctx, answers);
    return result;
  }

  async function findLeading(ctx: Requested | undefined, model: ModelName, id: string) {
    const wanted = withRecord.get(model);
    if (!wanted) return store.find(model, id);
    const found = await withAhead({ ctx, model, id, wanted }, () => store.find(model, id));
    if (found) note(model, id, found);
    return found;
  }

  return {
    store: {
      ...store,
      find: (model, id) => takeAnswer<Payload | undefined>(model, id) ?? findLeading(Provider.ctx, model, id),
      findByUid: (model, uid) => takeAnswer<Payload | undefined>('uid', uid) ?? store.findByUid(model, uid),
      notBefore: (accountId) =>
        takeAnswer<number | undefined>('not before', accountId) ?? store.notBefore(accountId),
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
      holdAnswer(ctx, 'Session', { id, found: Promise.resolve(found) });
      return found;
    },
  };
}

function ignore(): void {}
