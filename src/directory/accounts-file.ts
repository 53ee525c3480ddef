import { LineCounter, parseDocument, type Document } from 'yaml';
import { z } from 'zod';
import type { Account } from './contract.ts';
import { deepFreeze } from './deep-freeze.ts';
import { findDuplicates } from './find-duplicates.ts';
import { type StoredHash, UnusableHash } from './passwords/password-format.ts';
import { looksLikeHash, readHash } from './passwords/read-hash.ts';

/** The file of the `file` directory: parsed once into accounts, or refused with every problem at once. */
export interface FileAccount extends Account {
  logins: readonly string[];
  /** undefined: no password signs this account in. */
  passwordHash: StoredHash | undefined;
  disabled: boolean;
}

/** Start-time error. `problems` are lines of the form `accounts/demo.yaml:14 accounts[1].id: …`; none quotes a hash. */
export class AccountsFileError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[], cause?: unknown) {
    super(problems.join('\n'), cause === undefined ? undefined : { cause });
    this.name = 'AccountsFileError';
    this.problems = problems;
  }
}

const passwordHash = z.string('must be a password hash in quotes').transform((value, context) => {
  try {
    return readHash(value);
  } catch (error) {
    if (!(error instanceof UnusableHash)) throw error;
    context.addIssue({ code: 'custom', message: `${error.message}: \`npx parley accounts hash\` makes one` });
    return z.NEVER;
  }
});

const quotedText = 'must be text: put it in quotes';

const accountSchema = z
  .looseObject({
    // OpenID Connect Core 2: a subject is at most 255 ASCII characters
    id: z
      .string(quotedText)
      .regex(/^[\x21-\x7E]{1,255}$/, 'must be 1 to 255 ASCII characters without blanks'),
    login: z.string(quotedText).min(1, 'must not be empty').optional(),
    logins: z.array(z.string(quotedText).min(1, 'must not be empty')).optional(),
    password_hash: passwordHash.optional(),
    disabled: z.boolean('must be true or false').optional(),
  })
  .superRefine(refuseStrayHashes);

const fileSchema = z.strictObject(
  { accounts: z.array(accountSchema, 'must be a list of accounts') },
  'must have one member, accounts',
);

type AccountEntry = z.output<typeof accountSchema>;

/** @param name the file's name, as the operator reads it in a problem */
export function parseAccountsFile(text: string, name: string): FileAccount[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const syntax = document.errors.map(
    (error) => `${name}:${lines.linePos(error.pos[0]).line} ${error.message}`,
  );
  if (syntax.length > 0) throw new AccountsFileError(syntax);
  const content: unknown = document.toJS();
  const parsed = fileSchema.safeParse(content);
  const issues: { path: PropertyKey[]; message: string }[] = [
    ...(parsed.error?.issues ?? []),
    ...findDuplicates(content),
  ];
  if (parsed.success && issues.length === 0) return parsed.data.accounts.map(toAccount);
  throw new AccountsFileError(
    issues.map((issue) => {
      const path = issue.path.filter((part) => typeof part !== 'symbol');
      return `${name}:${lineOf({ document, lines, path })} ${describePath(path)}: ${issue.message}`;
    }),
  );
}

function toAccount(entry: AccountEntry): FileAccount {
  const { password_hash, disabled, ...record } = entry;
  return {
    accountId: entry.id,
    logins: loginsOf(entry),
    passwordHash: password_hash,
    disabled: disabled ?? false,
    record: deepFreeze(record),
  };
}

function loginsOf({ login, logins }: AccountEntry): string[] {
  return [...(login === undefined ? [] : [login]), ...(logins ?? [])];
}

/** A misspelt `password_hash` would become part of the record, and a mapping could put it into a token. */
function refuseStrayHashes(entry: Record<string, unknown>, context: z.RefinementCtx): void {
  const visit = (value: unknown, path: (string | number)[]): void => {
    if (typeof value === 'string' && looksLikeHash(value)) {
      context.addIssue({
        code: 'custom',
        path,
        message: 'looks like a password hash: its member is password_hash',
      });
    }
    if (typeof value !== 'object' || value === null) return;
    for (const [name, member] of Object.entries(value)) {
      visit(member, [...path, Array.isArray(value) ? Number(name) : name]);
    }
  };
  const { password_hash: _, ...record } = entry;
  visit(record, []);
}

function lineOf(at: { document: Document; lines: LineCounter; path: (string | number)[] }): number {
  for (let length = at.path.length; length >= 0; length--) {
    const node = at.document.getIn(at.path.slice(0, length), true);
    if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)) {
      return at.lines.linePos(Number(node.range[0])).line;
    }
  }
  return 1;
}

function describePath(path: (string | number)[]): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('');
  return text === '' ? 'the file' : text.replace(/^\./, '');
}
