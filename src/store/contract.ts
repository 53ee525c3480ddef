import type { StoredItem } from './stored-item.ts';

/**
 * Where state rests: the contract that every store implementation passes (test/contract/store-contract.ts).
 *
 * All methods reject with ParleyError('store_unavailable') when the store cannot answer in time, with
 * ParleyError('store_unconfirmed') when they did their work and no replica confirmed it in time (it stands as long as
 * this master does: a code is spent), and with nothing else for reasons outside the program. Times are seconds.
 * Payloads are JSON values.
 */

/** Record kinds of oidc-provider (its model names) plus our own; two kinds with one id never collide. */
export type ModelName = string;

export type Payload = Record<string, unknown>;

export type SaveOutcome =
  | 'saved'
  /** A destroyed record left a tombstone: the late save was dropped. */
  | 'dropped'
  /** Written once already (replay records only). */
  | 'exists';

export type ConsumeOutcome =
  | 'consumed'
  /** Somebody consumed it before. */
  | 'lost'
  /** Unknown or expired; nothing was created. */
  | 'unknown';

/** One brand's share of the store. Two brands with one id never see each other's records. */
export interface BrandStore {
  /**
   * Writes a record and its indexes (`payload.userCode`, `payload.grantId`, and `payload.uid` of a `Session`).
   * - no `expiresIn`: never expires.
   * - models `Session` and `Grant`: refused with 'dropped' for 10 minutes after `destroy` (or `revokeGrant`) of the same id.
   * - model `Session`: refused with 'dropped' also where an `EndedSession` of its uid lives, which is looked for after
   *   the write: whoever ends a session marks it first. The mark may live longer than was said: as long as what the
   *   session has given.
   * - model `ReplayDetection`: refused with 'exists' while a record of that id lives (atomic).
   * - a record that was consumed stays consumed, whatever a late save of an older copy says.
   */
  upsert(model: ModelName, id: string, payload: Payload, expiresIn?: number): Promise<SaveOutcome>;
  /** The payload, with `consumed` (epoch seconds) once consumed; undefined when unknown or expired. */
  find(model: ModelName, id: string): Promise<Payload | undefined>;
  /** Model `Session` only. */
  findByUid(model: ModelName, uid: string): Promise<Payload | undefined>;
  findByUserCode(model: ModelName, userCode: string): Promise<Payload | undefined>;
  /** Atomic compare-and-set: of any number of parallel callers exactly one gets 'consumed'. Keeps the remaining lifetime. */
  consume(model: ModelName, id: string): Promise<ConsumeOutcome>;
  /** Removes the record and its indexes; for models `Session` and `Grant` leaves a tombstone for 10 minutes. */
  destroy(model: ModelName, id: string): Promise<void>;
  /**
   * Ends one grant: the Grant record first, so that a token written meanwhile is dead at once, then every
   * member of every model that carries this `grantId`, except Session, Interaction and AuthorizationCode, which is of no
   * use without its Grant. Never fails on an unknown id.
   */
  revokeGrant(grantId: string): Promise<void>;

  /** A set whose members expire one by one; the whole set lives as long as its longest member. Re-adding extends, never shortens. */
  addMember(set: string, member: string, expiresIn: number): Promise<void>;
  /** The members that have not expired, oldest expiry first. */
  members(set: string): Promise<string[]>;
  removeMember(set: string, member: string): Promise<void>;

  /** Adds one and returns the new count; the count starts anew `window` seconds after its first increment. Atomic. */
  increment(counter: string, window: number): Promise<number>;
  /** The count so far, 0 for a counter that is not there. */
  readCounter(counter: string): Promise<number>;
  /** Removes a counter. */
  resetCounter(counter: string): Promise<void>;

  /**
   * Admits an attempt and counts it, or says how long to wait and counts nothing. Atomic: of any number of parallel
   * attempts no more than `rule.free` are admitted before the first wait is over. Not carried by `exportItems`.
   */
  takeAttempt(name: string, rule: AttemptRule): Promise<Attempts & { admitted: boolean }>;
  /** Takes one back, as if it had not been made; never below 0. */
  returnAttempt(name: string): Promise<void>;
  findAttempts(name: string, rule: AttemptRule): Promise<Attempts>;
  forgetAttempts(name: string): Promise<void>;

  /**
   * Single flight across processes: takes the lock or answers undefined at once. The lock ends by itself after
   * `expiresIn` seconds; `release` frees it only if it is still ours.
   */
  acquireLock(name: string, expiresIn: number): Promise<Lock | undefined>;

  /** Writes a permanent link if there is none; answers the stored one, ours or the one that stood before. Atomic. */
  putLink(platform: string, accountId: string, link: Payload): Promise<Payload>;
  findLink(platform: string, accountId: string): Promise<Payload | undefined>;
  /** Replaces a link only while its stored value equals `expected`; false when it changed meanwhile. */
  replaceLink(platform: string, accountId: string, expected: Payload, link: Payload): Promise<boolean>;
  removeLink(platform: string, accountId: string): Promise<void>;
  /**
   * Every link once, page by page, whatever is written meanwhile; a link that comes or goes meanwhile may be missed.
   * @param after the `next` of the page before; absent: from the beginning
   * @param limit of one page
   */
  listLinks(page: { after?: string | undefined; limit: number }): Promise<LinkPage>;

  /**
   * Everything of the account that began at or before `epochSeconds` is dead: sessions, codes and tokens.
   * Never moves backwards. @param expiresIn seconds; the longest token's life
   */
  setNotBefore(accountId: string, epochSeconds: number, expiresIn: number): Promise<void>;
  notBefore(accountId: string): Promise<number | undefined>;
}

/** Attempts that have to wait longer and longer, and are forgotten one by one. */
export interface AttemptRule {
  /** So many in a row need not wait. */
  free: number;
  /** Seconds after which one is forgotten. */
  forgetOneAfter: number;
  /** Seconds to wait after the last free one; each further one doubles them. */
  firstWait: number;
  /** Seconds. */
  longestWait: number;
}

export interface Attempts {
  /** Those that count now. */
  count: number;
  /** Seconds until the next is admitted; 0: at once. */
  wait: number;
}

export interface LinkPage {
  links: { platform: string; accountId: string; link: Payload }[];
  /** Where the next page begins; absent after the last. */
  next?: string;
}

export interface Lock {
  release(): Promise<void>;
}

/** Bytes. */
export interface StoreSize {
  used: number;
  /** Absent: as much as there is room for. */
  limit?: number;
}

export interface Store {
  /** @param brand the brand's name: `[a-z0-9-]+` */
  forBrand(brand: string): BrandStore;
  /** Resolves when the store answers within its time-out; rejects with ParleyError('store_unavailable'). */
  ping(): Promise<void>;
  /** Sentences for the operator: settings of the store with which it may lose or refuse what it was given. */
  findRisks(): Promise<string[]>;
  /** How full it is. Rejects with ParleyError('store_unavailable'). */
  measure(): Promise<StoreSize>;
  /** Everything that lives, of every brand. What changes meanwhile may be seen or not. */
  exportItems(): AsyncIterable<StoredItem>;
  /** Writes items as they are, over what stands under the same names. */
  importItems(items: readonly StoredItem[]): Promise<void>;
  isEmpty(): Promise<boolean>;
  close(): Promise<void>;
}
