import type { AuditLog } from '../audit/audit-log.ts';
import type { BrandSite } from '../brand/brand-site.ts';
import { inTurn } from '../config/in-turn.ts';
import { advanceKeys, isAdvanceDue } from '../keys/advance-keys.ts';
import type { KeyState } from '../keys/key-states.ts';
import { certificateEnd } from '../keys/certificates.ts';
import { arrangeKeySet, type KeySet, loadKeySet } from '../keys/key-set.ts';
import { inWords } from '../keys/rotation-plan.ts';
import { dueAlgorithms, missingAcknowledgements, seenFrom } from '../keys/rotation.ts';
import type { Log } from '../log.ts';

/** Keeps every brand's issuer signing with the key that is current, whoever rotated it. */
export interface KeyKeeper {
  /** Looks at each brand's keys once. Never rejects: what is wrong is in the log, and the keys stay as they were. */
  look(): Promise<void>;
  start(): void;
  stop(): Promise<void>;
}

export interface KeyKeeperOptions {
  sites(): readonly BrandSite[];
  /** Opens the brand's site anew, with the keys as they are now. */
  renew(brand: string): Promise<void>;
  log: Pick<Log, 'warn' | 'error'>;
  audit: Pick<AuditLog, 'record'>;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Milliseconds between two looks. */
const pause = 2000;
/** Milliseconds until something is tried, or said, again. */
const afterFailure = 60_000;
/** Milliseconds after which keys are gone through again though nothing about them has changed. */
const mostRest = 60_000;
const betweenWarnings = 24 * 3_600_000;
const endsSoon = 30 * 24 * 3_600_000;

export function createKeyKeeper({ sites, renew, log, audit, now }: KeyKeeperOptions): KeyKeeper {
  const failures = new Map<string, { message: string; again: number }>();
  const warned = new Map<string, number>();
  /** When a site needs no more than the look at its file: of a thousand brands, nearly all each time. */
  const rests = new WeakMap<BrandSite, { from: number; until: number }>();
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();
  let stopped = false;

  async function lookAt(site: BrandSite): Promise<void> {
    const { brand, keys } = site;
    const isDue = !keys.home.isReadOnly && isAdvanceDue(keys.set.entries, keys.policy, now());
    if (isDue && now() >= (failures.get(brand)?.again ?? 0))
      await attempt(brand, () => advanceKeys(keys.home, keys.policy, now()));
    await attempt(brand, () => follow(site));
    warnOfWaiting(site);
    warnOfAgent(site);
    warnOfCertificates(site);
    const from = now();
    const ends = keys.set.states.map(({ until }) => until ?? Infinity);
    rests.set(site, { from, until: Math.min(from + mostRest, ...ends) });
  }

  /** Only what the Provider was built with needs another Provider; dates and acknowledgements do not. */
  async function follow(site: BrandSite): Promise<void> {
    const { home, policy, certificates, set } = site.keys;
    const isSame = (await home.stamp()) === set.stamp;
    const fresh = isSame
      ? { ...set, ...arrangeKeySet(set.entries, policy, now()) }
      : await loadKeySet({ home, certificates, create: false, times: policy, now });
    const changes = changesBetween(set, fresh);
    if (JSON.stringify(fresh.jwks) !== JSON.stringify(set.jwks)) await renew(site.brand);
    else site.keys.set = fresh;
    for (const { kid, alg, state } of changes) audit.record(eventOf[state], { brand: site.brand, kid, alg });
  }

  async function attempt(brand: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
      if (now() >= (failures.get(brand)?.again ?? 0)) failures.delete(brand);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const last = failures.get(brand);
      if (last?.message === message && now() < last.again) return;
      failures.set(brand, { message, again: now() + afterFailure });
      log.error({ brand, detail: message }, 'the signing keys stay as they are');
      audit.record('key.failed', { brand, reason: message });
    }
  }

  function warnOfWaiting({ brand, keys: { set, policy } }: BrandSite): void {
    for (const { entry, state } of set.states) {
      const clients = state === 'next' ? missingAcknowledgements(entry, policy) : [];
      const { kid, alg } = entry.jwk;
      if (clients.length === 0 || now() < (warned.get(kid) ?? 0) + betweenWarnings) continue;
      warned.set(kid, now());
      const from = new Date(seenFrom(entry, policy)).toISOString();
      log.warn(
        { brand, kid, alg, clients, from, published: inWords(now() - entry.createdAt) },
        'the next signing key waits: paste it at these platforms (parley client show), then parley keys ack',
      );
    }
  }

  /** What the schedule cannot do by itself. */
  function warnOfAgent({ brand, keys: { set, policy } }: BrandSite): void {
    const due = policy.makesKeys ? [] : dueAlgorithms(set.entries, policy, now());
    if (due.length === 0 || now() < (warned.get(brand) ?? 0) + betweenWarnings) return;
    warned.set(brand, now());
    log.warn(
      { brand, algorithms: due },
      'a next signing key is due: make one where the agent has its keys, then parley keys generate --agent',
    );
  }

  function warnOfCertificates({ brand, keys: { set } }: BrandSite): void {
    const ending = set.jwks.keys.flatMap((jwk) => {
      const end = certificateEnd(jwk);
      return end !== undefined && end - now() < endsSoon
        ? [{ kid: jwk.kid, until: new Date(end).toISOString() }]
        : [];
    });
    const files = set.unusedCertificates;
    const name = `${brand} certificates`;
    if (ending.length + files.length === 0 || now() < (warned.get(name) ?? 0) + betweenWarnings) return;
    warned.set(name, now());
    if (ending.length > 0) log.warn({ brand, ending }, 'the certificate of a signing key ends, or has ended');
    if (files.length > 0) log.warn({ brand, files }, 'a certificate is for none of the signing keys');
  }

  /** Not where the clock has been set back: what was true then may be long past. */
  function isResting(site: BrandSite): boolean {
    const rest = rests.get(site);
    return rest !== undefined && rest.from <= now() && now() < rest.until;
  }

  async function look(): Promise<void> {
    const all = sites();
    const stamps = await Promise.all(all.map(({ keys }) => keys.home.stamp()));
    const due = all.filter((site, index) => !isResting(site) || stamps[index] !== site.keys.set.stamp);
    await inTurn(due, lookAt);
  }

  function again(): void {
    if (stopped) return;
    timer = setTimeout(() => {
      looking = look().finally(again);
    }, pause).unref();
  }

  return {
    look,
    start() {
      for (const site of sites()) {
        warnOfWaiting(site);
        warnOfCertificates(site);
      }
      again();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await looking;
    },
  };
}

const eventOf = {
  next: 'key.published',
  current: 'key.activated',
  previous: 'key.retired',
  retired: 'key.removed',
} as const;

interface StateChange {
  kid: string;
  alg: string;
  state: KeyState;
}

function changesBetween(before: Pick<KeySet, 'states'>, after: Pick<KeySet, 'states'>): StateChange[] {
  const [old, now] = [byKid(before), byKid(after)];
  return [...new Map([...old, ...now])].flatMap(([kid, { alg }]) => {
    const state = now.get(kid)?.state ?? 'retired';
    return (old.get(kid)?.state ?? 'retired') === state ? [] : [{ kid, alg, state }];
  });
}

function byKid({ states }: Pick<KeySet, 'states'>): Map<string, { alg: string; state: KeyState }> {
  return new Map(states.map(({ entry, state }) => [entry.jwk.kid, { alg: entry.jwk.alg, state }]));
}
