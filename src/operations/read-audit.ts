import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { deriveChainKey } from '../audit/chain.ts';
import { createPseudonyms } from '../audit/pseudonyms.ts';
import { type ChainReport, verifyChains } from '../audit/verify-chains.ts';
import { auditKeys } from '../brand/open-audit-log.ts';
import type { Config } from '../config/contract.ts';
import { loadCookieKeys } from '../keys/cookie-keys.ts';
import { loginEntry } from '../limits/entries.ts';

/** A line of the audit log. */
export type AuditLine = Record<string, unknown> & { time: string; event: string };

/** Which lines are meant; each that is given must fit. */
export interface AuditChoice {
  supportId?: string | undefined;
  event?: string | undefined;
  client?: string | undefined;
  /** By account id; lines have pseudonyms. */
  account?: string | undefined;
  /** By what was typed as the name. */
  login?: string | undefined;
  brand?: string | undefined;
}

/** Oldest first. @param files oldest first; `-` is what stands on `stdin` */
export async function readAuditLines(
  config: Config,
  { files, choice, stdin }: { files: readonly string[]; choice: AuditChoice; stdin: NodeJS.ReadableStream },
): Promise<AuditLine[]> {
  return filterLines(config, linesOf(files, stdin), choice);
}

/**
 * Of the end of a file, for a process that has more to do than to read.
 * @param bytes how much of it at most
 * @returns `complete` unless the file is longer than that; nothing where there is no file
 */
export async function readAuditTail(
  config: Config,
  { file, bytes, choice }: { file: string; bytes: number; choice: AuditChoice },
): Promise<{ lines: AuditLine[]; complete: boolean }> {
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  if (!found) return { lines: [], complete: true };
  const start = Math.max(0, found.size - bytes);
  const texts = linesOfStream(() => createReadStream(file, { start }));
  const lines = await filterLines(config, texts, choice);
  return { lines, complete: start === 0 };
}

async function filterLines(
  config: Config,
  texts: AsyncIterable<string>,
  choice: AuditChoice,
): Promise<AuditLine[]> {
  const isMeant = createFilter(config, await loadKeys(config), choice);
  const found: AuditLine[] = [];
  for await (const text of texts) {
    // Logs are large and such lines are rare: only those are taken apart.
    if (choice.supportId !== undefined && !text.includes(choice.supportId)) continue;
    const line = parse(text);
    if (line && isMeant(line)) found.push(line);
  }
  return found;
}

export async function verifyAuditFiles(
  config: Config,
  { files, stdin }: { files: readonly string[]; stdin: NodeJS.ReadableStream },
): Promise<ChainReport> {
  const keys = await loadKeys(config);
  return verifyChains(linesOf(files, stdin), keys.map(deriveChainKey));
}

async function loadKeys({ server, production }: Config): Promise<readonly string[]> {
  const cookieKeys =
    server.cookie_keys.length > 0
      ? server.cookie_keys
      : await loadCookieKeys({ folder: server.keys, create: !production });
  return auditKeys(server, cookieKeys);
}

async function* linesOf(files: readonly string[], stdin: NodeJS.ReadableStream): AsyncIterable<string> {
  for (const file of files) {
    yield* linesOfStream(() => (file === '-' ? stdin : createReadStream(file)));
  }
}

/** Opened at the first step: what a stream emits before somebody iterates, an error among it, would be lost. */
async function* linesOfStream(open: () => NodeJS.ReadableStream): AsyncIterable<string> {
  yield* createInterface({ input: open(), crlfDelay: Number.POSITIVE_INFINITY });
}

/** Among a log's own lines, those of the audit log are marked. */
function parse(text: string): AuditLine | undefined {
  try {
    const line = JSON.parse(text) as AuditLine;
    const isEvent = typeof line.event === 'string' && (line['stream'] === 'audit' || !('level' in line));
    return isEvent ? line : undefined;
  } catch {
    return undefined;
  }
}

function createFilter(
  { brands }: Config,
  keys: readonly string[],
  { supportId, event, client, account, login, brand }: AuditChoice,
): (line: AuditLine) => boolean {
  const names = keys.map(createPseudonyms);
  const pseudonyms = (make: (name: (typeof names)[number], brand: string) => string) =>
    new Set(brands.flatMap(({ brand: each }) => names.map((name) => make(name, each))));
  const subjects =
    account === undefined ? undefined : pseudonyms((name, each) => name.ofAccount(each, account));
  const logins =
    login === undefined ? undefined : pseudonyms((name, each) => name.ofLogin(each, loginEntry(login)));
  return (line) =>
    (supportId === undefined || line['supportId'] === supportId) &&
    (event === undefined || line.event === event) &&
    (client === undefined || line['clientId'] === client) &&
    (brand === undefined || line['brand'] === brand) &&
    (subjects === undefined || subjects.has(String(line['subject']))) &&
    (logins === undefined || logins.has(String(line['login'])));
}
