import type { z } from 'zod';
import type { ConfigPath, Problem } from './contract.ts';
import { didYouMean } from './did-you-mean.ts';
import { error } from './problem.ts';
import { knownKeys } from './schema-at.ts';

type Issue = z.core.$ZodIssue;

type Typed = Extract<Issue, { code: 'invalid_type' }>;

export interface IssueContext {
  schema: z.ZodType;
  /** The value that the issue speaks of; only its type may be told, for it could be a secret. */
  value: unknown;
  path: ConfigPath;
}

/** zod's issue in words that tell the operator what to write. */
export function describeIssue(issue: Issue, { schema, value, path }: IssueContext): Problem[] {
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, path, schema));
    case 'invalid_type':
      return [value === undefined ? missing(path) : wrongType(issue, value, path)];
    case 'invalid_value':
      return [value === undefined ? missing(path) : notAChoice(issue.values.map(String), value, path)];
    case 'too_small':
      return [tooSmall(issue, path)];
    case 'too_big':
      return [error(path, `must be at most ${issue.maximum}`, `write ${issue.maximum} or less`)];
    case 'invalid_key':
      return [
        error(path, 'is not a name that may stand here', issue.issues[0]?.message ?? 'use another name'),
      ];
    default:
      return [error(path, 'has the wrong form', issue.message)];
  }
}

function unknownKey(key: string, path: ConfigPath, schema: z.ZodType): Problem {
  const keys = knownKeys(schema, path);
  const meant = didYouMean(key, keys);
  const fix = meant ? `did you mean ${meant}?` : `known here: ${keys.join(', ')}`;
  return error([...path, key], 'unknown key', fix);
}

function missing(path: ConfigPath): Problem {
  const key = path.at(-1);
  return error(path, 'is missing', typeof key === 'string' ? `add ${key}: …` : 'add it');
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a whole number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping (key: value)',
  record: 'a mapping (key: value)',
};

const typeFixes: Readonly<Record<string, string>> = {
  string: 'put it into quotes',
  number: 'write digits without quotes',
  int: 'write digits without quotes',
  boolean: 'write true or false without quotes',
  array: 'write it as [ … ], or as lines that start with a dash',
  object: 'write its keys indented on the next lines',
  record: 'write its keys indented on the next lines',
};

function wrongType({ expected, message }: Typed, value: unknown, path: ConfigPath): Problem {
  const got = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
  const gotWords = got === 'null' ? 'empty' : got === 'number' ? 'a number' : (typeWords[got] ?? got);
  if (expected === 'int' && got === 'number')
    return error(path, 'must be a whole number', 'write it without a fraction');
  const scalar = got === 'number' || got === 'boolean';
  // A part of the schema may know better what is meant, such as a unit.
  const ownFix = message.startsWith('Invalid input') ? undefined : message;
  const fix = expected === 'string' && !scalar ? 'write one text here' : (ownFix ?? typeFixes[expected]);
  return error(path, `must be ${typeWords[expected] ?? expected}, not ${gotWords}`, fix ?? 'write that');
}

function notAChoice(choices: string[], value: unknown, path: ConfigPath): Problem {
  const meant = typeof value === 'string' ? didYouMean(value, choices) : undefined;
  const fix = meant ? `did you mean ${meant}?` : `write ${choices.length > 1 ? 'one of these' : choices[0]}`;
  return error(path, `must be one of ${choices.join(', ')}`, fix);
}

function tooSmall(issue: Extract<Issue, { code: 'too_small' }>, path: ConfigPath): Problem {
  const { minimum, origin, inclusive } = issue;
  if (origin === 'array')
    return error(path, 'must not be an empty list', 'add an entry, or leave the key out');
  if (origin !== 'string') {
    return error(path, `must be ${inclusive ? 'at least' : 'more than'} ${minimum}`, 'write a larger number');
  }
  if (minimum === 1) return error(path, 'must not be empty', 'write a value');
  const fix = issue.message.startsWith('Too small') ? 'write a longer text' : issue.message;
  return error(path, `must have at least ${minimum} characters`, fix);
}
