import type { BrandKeys } from '../brand/brand-keys.ts';
import { adoptKey } from '../keys/adopt-key.ts';
import { draftNextKey } from '../keys/advance-keys.ts';
import { KeyError } from '../keys/key-error.ts';
import { keyStates, nextKey, signingAlgorithms } from '../keys/key-states.ts';
import {
  acknowledge,
  askForSwitch,
  dropLeaked,
  forceSwitch,
  missingAcknowledgements,
  seenFrom,
  settle,
} from '../keys/rotation.ts';
import { type SigningAlgorithm, type SigningEntry, withoutEntry } from '../keys/signing-entry.ts';
import { formatSigningFile, parseSigningFile } from '../keys/signing-file.ts';
import { breaksOfLeak, breaksOfLeaving, breaksOfSwitch } from './what-breaks.ts';

export type { BrandKeys } from '../brand/brand-keys.ts';

/** What an operator does to a brand's signing keys, beside the running servers, which see it within seconds. */
export interface KeyChangeOptions extends BrandKeys {
  /** Names of keys that the signer holds, to be used as next keys. */
  held?: readonly string[];
  /** Say what would happen, and change nothing. */
  plan: boolean;
  /** Milliseconds since the epoch. */
  now: number;
}

export interface KeyChange {
  entries: readonly SigningEntry[];
  /** What stops working, for whom and until when: sentences. */
  breaks: string[];
}

/** An operator asks for what must not be done, or not yet; the message says what would do. */
export class KeyChangeRefused extends Error {}

/** Makes next keys, which are published and do not sign. */
export async function generateKeys(
  options: KeyChangeOptions,
  algorithms: readonly SigningAlgorithm[] | undefined,
): Promise<KeyChange> {
  return change(options, async (entries) => {
    const drafts = await adoptKeys(options);
    const wanted = algorithms ?? algorithmsOf(drafts.length > 0 ? drafts : entries);
    const states = keyStates(entries, options.policy, options.now);
    const there = wanted.filter((algorithm) => nextKey(states, algorithm));
    if (there.length > 0)
      throw new KeyChangeRefused(`there is a next ${there.join(' and ')} key already: parley keys list`);
    return { entries: await withNextKeys(entries, wanted, { ...options, drafts }), breaks: [] };
  });
}

/** Next keys become current as soon as nothing has to be waited for; with `force` at once. Missing ones are made. */
export async function rotateKeys(
  options: KeyChangeOptions,
  { algorithms, force }: { algorithms: readonly SigningAlgorithm[] | undefined; force: boolean },
): Promise<KeyChange> {
  const { now, policy } = options;
  return change(options, async (before) => {
    const drafts = await adoptKeys(options);
    const wanted = algorithms ?? algorithmsOf(drafts.length > 0 ? drafts : before);
    const states = keyStates(before, policy, now);
    const lacking = wanted.filter((algorithm) => !nextKey(states, algorithm));
    const entries = await withNextKeys(before, lacking, { ...options, drafts });
    const next = nextKeys(entries, wanted, options);
    const kids = next.map(({ jwk }) => jwk.kid);
    if (!force) return { entries: settle(askForSwitch(entries, kids, now), policy, now), breaks: [] };
    return {
      entries: forceSwitch(entries, kids, now),
      breaks: next.flatMap((key) => breaksOfSwitch(key, options)),
    };
  });
}

/** A key leaves the set before its time; one in wrong hands at once, whatever it does. */
export async function retireKey(
  options: KeyChangeOptions,
  { kid, leaked, force }: { kid: string; leaked: boolean; force: boolean },
): Promise<KeyChange> {
  const { now, policy } = options;
  return change(options, async (before) => {
    const states = keyStates(before, policy, now);
    const key = states.find(({ entry }) => entry.jwk.kid.startsWith(kid));
    if (!key) throw new KeyChangeRefused(`there is no key ${kid}: parley keys list`);
    const { alg, kid: whole } = key.entry.jwk;
    if (leaked) return dropKey(before, { kid: whole, alg, isCurrent: key.state === 'current' }, options);
    if (key.state === 'current')
      throw new KeyChangeRefused('this key signs: parley keys rotate, or --leaked if it is in wrong hands');
    if (key.state === 'previous' && !force) {
      const end = new Date(key.until ?? now).toISOString();
      throw new KeyChangeRefused(`what it signed is valid until ${end}, when it retires by itself; --force`);
    }
    const breaks = key.state === 'previous' ? [breaksOfLeaving(options)] : [];
    return { entries: withoutEntry(before, whole), breaks };
  });
}

/** The platform of a client with a pasted key has the next key; after the last one it signs. */
export async function acknowledgeKey(
  options: KeyChangeOptions,
  { client, force }: { client: string; force: boolean },
): Promise<KeyChange & { waitingFor: string[] }> {
  const { now, policy } = options;
  const algorithm = signingAlgorithms.find((candidate) => policy.pastedBy[candidate].includes(client));
  if (!algorithm)
    throw new KeyChangeRefused(
      `${client} has no pasted_key in the brand file: it fetches the key set, and is not waited for`,
    );
  let waitingFor: string[] = [];
  const done = await change(options, async (entries) => {
    const next = nextKey(keyStates(entries, policy, now), algorithm);
    if (!next) throw new KeyChangeRefused(`there is no next ${algorithm} key: parley keys generate`);
    const from = seenFrom(next, policy);
    if (now < from && !force)
      throw new KeyChangeRefused(
        `too early: relying parties that fetch the key set may not have this key before ${new Date(from).toISOString()}. Paste it then, not now, or use --force`,
      );
    const { kid } = next.jwk;
    const changed = acknowledge(entries, { kid, client, policy, now });
    waitingFor = missingAcknowledgements(changed.find(({ jwk }) => jwk.kid === kid) ?? next, policy);
    const isLast = waitingFor.length === 0;
    return isLast && now < from
      ? {
          entries: forceSwitch(changed, [kid], now),
          breaks: breaksOfSwitch(next, {
            ...options,
            policy: { ...policy, pastedBy: { RS256: [], ES256: [] } },
          }),
        }
      : { entries: changed, breaks: [] };
  });
  return { ...done, waitingFor };
}

/** The first keys of a brand whose private keys an agent has. */
export async function createHeldKeys(options: Omit<KeyChangeOptions, 'plan'>): Promise<void> {
  const drafts = await adoptKeys({ ...options, plan: false });
  const entries = drafts.map((entry) => ({ ...entry, signsFrom: options.now }));
  if (algorithmsOf(entries).length < entries.length || !algorithmsOf(entries).includes('RS256'))
    throw new KeyChangeRefused('name one RSA key, and at most one P-256 key beside it');
  await options.home.create(formatSigningFile(entries));
}

async function change(
  { home, plan }: KeyChangeOptions,
  make: (entries: readonly SigningEntry[]) => Promise<KeyChange>,
): Promise<KeyChange> {
  let made: KeyChange | undefined;
  const work = async (text: string): Promise<string> => {
    made = await make(parseSigningFile(text, home.place));
    return formatSigningFile(made.entries);
  };
  if (plan) {
    const text = await home.read();
    if (text !== undefined) await work(text);
  } else if ((await home.change(work, { wait: true })) === 'busy') {
    throw new KeyError('unusable', `${home.place} is being written by others all the time: try again`);
  }
  if (!made)
    throw new KeyError('missing', `there is no ${home.place}: make it once with \`${home.command}\``);
  return made;
}

/** The next keys that the operator names; none for a brand whose keys are made here. */
async function adoptKeys({ held = [], signer, now }: KeyChangeOptions): Promise<SigningEntry[]> {
  if (held.length === 0) return [];
  if (!signer) throw new KeyChangeRefused('the brand file names no agent: keys.agent');
  return Promise.all(held.map((name) => adoptKey(signer, name, now)));
}

function algorithmsOf(entries: readonly SigningEntry[]): SigningAlgorithm[] {
  return signingAlgorithms.filter((algorithm) => entries.some(({ jwk }) => jwk.alg === algorithm));
}

async function withNextKeys(
  entries: readonly SigningEntry[],
  algorithms: readonly SigningAlgorithm[],
  { now, policy, drafts = [] }: KeyChangeOptions & { drafts?: readonly SigningEntry[] },
): Promise<readonly SigningEntry[]> {
  const added = await Promise.all(
    algorithms.map(async (algorithm) => {
      const draft = drafts.find(({ jwk }) => jwk.alg === algorithm);
      if (draft) return draft;
      if (policy.makesKeys) return draftNextKey(algorithm, now);
      throw new KeyChangeRefused(
        `an agent has this brand's private keys: make an ${algorithm} key there, then parley keys generate --agent <name>`,
      );
    }),
  );
  const present = added.filter(({ jwk }) => entries.some((entry) => entry.jwk.kid === jwk.kid));
  if (present.length > 0) throw new KeyChangeRefused(`the key ${present[0]?.jwk.kid} is in the set already`);
  return settle([...entries, ...added], policy, now);
}

function nextKeys(
  entries: readonly SigningEntry[],
  algorithms: readonly SigningAlgorithm[],
  { now, policy }: KeyChangeOptions,
): SigningEntry[] {
  const states = keyStates(entries, policy, now);
  return algorithms.flatMap((algorithm) => nextKey(states, algorithm) ?? []);
}

async function dropKey(
  before: readonly SigningEntry[],
  { kid, alg, isCurrent }: { kid: string; alg: SigningAlgorithm; isCurrent: boolean },
  options: KeyChangeOptions,
): Promise<KeyChange> {
  const { policy, now } = options;
  const hasNext = nextKeys(before, [alg], options).length > 0;
  const entries = isCurrent && !hasNext ? await withNextKeys(before, [alg], options) : before;
  const [next] = isCurrent ? nextKeys(entries, [alg], options) : [];
  return {
    entries: dropLeaked(entries, { kid, policy, now }),
    breaks: [...(next ? breaksOfSwitch(next, options) : []), breaksOfLeaving(options), breaksOfLeak(options)],
  };
}
