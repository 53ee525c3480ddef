import { KeyError } from './key-error.ts';
import { signingAlgorithms } from './key-states.ts';
import type { SigningEntry } from './signing-entry.ts';
import { findUnsoundness, type SigningFile, signingFileSchema } from './signing-key-schema.ts';

/** The text of a brand's signing keys: what `signing.json`, the store, or a variable holds. */

/** @param place for messages: the file's path. @throws KeyError */
export function parseSigningFile(text: string, place: string): SigningEntry[] {
  const parsed = signingFileSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    // The path only: what stands there may be a piece of a key.
    const where = parsed.error.issues[0]?.path.join('.') ?? '';
    throw new KeyError('broken', `${place} is not a key file${where === '' ? '' : ` (at ${where})`}`);
  }
  const reason = findUnsoundness(parsed.data.keys.map(({ jwk }) => jwk));
  if (reason !== undefined) throw new KeyError('broken', `${place} cannot be used: ${reason}`);
  return withFirstDecision(parsed.data.keys.map(toEntry));
}

export function formatSigningFile(entries: readonly SigningEntry[]): string {
  return `${JSON.stringify({ keys: entries.map(fromEntry) }, undefined, 2)}\n`;
}

/** Of an algorithm for which nothing was ever decided, the first key signs and the others verify. */
function withFirstDecision(entries: SigningEntry[]): SigningEntry[] {
  const undecided = signingAlgorithms.flatMap((algorithm) => {
    const same = entries.filter(({ jwk }) => jwk.alg === algorithm);
    return same.some(({ signsFrom }) => signsFrom !== undefined)
      ? []
      : same.map((entry) => ({ entry, same }));
  });
  return entries.map((entry) => {
    const same = undecided.find((candidate) => candidate.entry === entry)?.same;
    const [first] = same ?? [];
    if (!same || !first) return entry;
    // A millisecond apart, in the order in which they stand.
    return { ...entry, signsFrom: first.createdAt - same.indexOf(entry) };
  });
}

function toEntry(key: SigningFile['keys'][number]): SigningEntry {
  const acknowledged = Object.entries(key.acknowledged ?? {}).map(([client, at]) => [client, Date.parse(at)]);
  return {
    createdAt: Date.parse(key.created_at),
    ...(key.wanted_from !== undefined && { wantedFrom: Date.parse(key.wanted_from) }),
    ...(key.signs_from !== undefined && { signsFrom: Date.parse(key.signs_from) }),
    acknowledged: Object.fromEntries(acknowledged) as Record<string, number>,
    jwk: key.jwk,
  };
}

function fromEntry({ createdAt, wantedFrom, signsFrom, acknowledged, jwk }: SigningEntry) {
  const dates = Object.entries(acknowledged).map(([client, at]) => [client, toIso(at)]);
  return {
    created_at: toIso(createdAt),
    ...(wantedFrom !== undefined && { wanted_from: toIso(wantedFrom) }),
    ...(signsFrom !== undefined && { signs_from: toIso(signsFrom) }),
    ...(dates.length > 0 && { acknowledged: Object.fromEntries(dates) as Record<string, string> }),
    ...(!('d' in jwk) && { agent: true as const }),
    jwk,
  };
}

function toIso(time: number): string {
  return new Date(time).toISOString();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
