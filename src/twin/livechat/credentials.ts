/** Tokens and codes that the twin has given: random texts with an end, each good for what it was given for. */
interface Credentials {
  agent: { scopes: readonly string[] };
  customer: { customerId: string; clientId: string; expiresIn: number };
  refresh: { scopes: readonly string[] };
  code: { redirectUri: string; challenge: string | undefined; method: string };
  transfer: { customerId: string; challenge: string | undefined };
}

export type CredentialKind = keyof Credentials;

export interface CredentialStore {
  /** @param expiresIn seconds @returns the text to hand out */
  issue<K extends CredentialKind>(kind: K, about: Credentials[K], expiresIn: number): string;
  find<K extends CredentialKind>(kind: K, text: string | undefined): Credentials[K] | undefined;
  /** The same, and it is used up. */
  take<K extends CredentialKind>(kind: K, text: string | undefined): Credentials[K] | undefined;
  revoke(kind: CredentialKind, text: string): void;
  /** Everything of one kind is dead, as after a change of mind in LiveChat's settings. */
  revokeAll(kind: CredentialKind): void;
  /** How many of one kind are alive. */
  count(kind: CredentialKind): number;
}

const keyOf = (kind: CredentialKind, text: string) => `${kind} ${text}`;

export function createCredentialStore(options: { now(): number; token(): string }): CredentialStore {
  const issued = new Map<string, { about: unknown; expiresAt: number }>();

  function find<K extends CredentialKind>(kind: K, text: string | undefined): Credentials[K] | undefined {
    const entry = text === undefined ? undefined : issued.get(keyOf(kind, text));
    return entry && entry.expiresAt > options.now() ? (entry.about as Credentials[K]) : undefined;
  }

  return {
    issue(kind, about, expiresIn) {
      const text = options.token();
      issued.set(keyOf(kind, text), { about, expiresAt: options.now() + expiresIn * 1000 });
      return text;
    },
    find,
    take(kind, text) {
      const about = find(kind, text);
      if (text !== undefined) issued.delete(keyOf(kind, text));
      return about;
    },
    revoke: (kind, text) => void issued.delete(keyOf(kind, text)),
    revokeAll(kind) {
      for (const key of issued.keys()) if (key.startsWith(`${kind} `)) issued.delete(key);
    },
    count: (kind) =>
      [...issued].filter(([key, { expiresAt }]) => key.startsWith(`${kind} `) && expiresAt > options.now())
        .length,
  };
}
