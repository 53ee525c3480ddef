import type { z } from 'zod';
import type { ConfigPath, Problem } from './contract.ts';
import { describeIssue } from './describe-issue.ts';
import { createRepairable, type Repairable } from './repairable.ts';

export interface ShapeOptions<Schema extends z.ZodType> {
  schema: Schema;
  /** Paths whose text came whole from the environment or a file: it may stand for a number. */
  fromOutside: readonly ConfigPath[];
  /** Paths whose value could not be had; that is reported already. */
  broken: readonly ConfigPath[];
  /** A harmless value for a key that others depend on, so that checking can go on without it. */
  standIn: (path: ConfigPath) => unknown;
}

export interface Shape<T> {
  /** The value, or what is left of it after the wrong parts were taken out; undefined when nothing is. */
  value: T | undefined;
  problems: Problem[];
  originalPath: (path: ConfigPath) => ConfigPath;
  /** The path (in the file) was repaired: what a further check says about it would be about our repair. */
  isDoubtful: (path: ConfigPath) => boolean;
}

interface Progress {
  draft: Repairable;
  problems: Problem[];
  repaired: ConfigPath[];
}

/**
 * Checks a value against a schema and reports every mistake once. Wrong parts are then taken out or replaced
 * until the rest is valid, so that the checks that need a valid value can report their mistakes in the same run.
 */
export function checkShape<Schema extends z.ZodType>(
  raw: unknown,
  options: ShapeOptions<Schema>,
): Shape<z.output<Schema>> {
  const progress: Progress = { draft: createRepairable(raw), problems: [], repaired: [] };
  const { draft, problems } = progress;
  repair(
    options.broken.map((path) => [...path]),
    progress,
    options,
  );
  const isDoubtful = (path: ConfigPath): boolean => isRepaired(path, progress.repaired);
  let value: z.output<Schema> | undefined;
  // Each round takes at least one part out; the bound is for a schema that nothing satisfies.
  for (let round = 0; round < 100; round += 1) {
    const result = options.schema.safeParse(draft.value);
    if (result.success) {
      value = result.data;
      break;
    }
    if (!handleIssues(result.error.issues, progress, options)) break;
  }
  return { value, problems, originalPath: draft.originalPath, isDoubtful };
}

function handleIssues<Schema extends z.ZodType>(
  issues: readonly z.core.$ZodIssue[],
  progress: Progress,
  options: ShapeOptions<Schema>,
): boolean {
  const { draft, problems, repaired } = progress;
  const wrong: ConfigPath[] = [];
  const unknown: ConfigPath[] = [];
  for (const issue of issues) {
    const path = issue.path.map((segment) => (typeof segment === 'symbol' ? String(segment) : segment));
    if (retype(issue, path, progress, options)) continue;
    const originalPath = draft.originalPath(path);
    if (!isRepaired(originalPath, repaired)) {
      problems.push(
        ...describeIssue(issue, { schema: options.schema, value: draft.at(path), path: originalPath }),
      );
    }
    if (issue.code === 'unrecognized_keys') unknown.push(...issue.keys.map((key) => [...path, key]));
    else wrong.push(path);
  }
  // Without the unknown key nothing else is in doubt, so it does not count as a repair.
  for (const path of unknown) draft.remove(path);
  return repair(wrong, progress, options);
}

/** Last list item and innermost value first, so that taking one out does not move those still to come. */
function repair<Schema extends z.ZodType>(
  paths: readonly ConfigPath[],
  { draft, repaired }: Progress,
  { standIn }: ShapeOptions<Schema>,
): boolean {
  const steps = paths.map((path) => {
    const original = draft.originalPath(path);
    const again = repaired.some((other) => samePath(other, original));
    const replacement = again ? undefined : standIn(original);
    return { original, replacement, target: replacement === undefined ? draft.nearest(path) : path };
  });
  repaired.push(...steps.flatMap(({ original, target }) => [original, draft.originalPath(target)]));
  const distinct = steps.filter(
    ({ target }, index) => steps.findIndex((step) => samePath(step.target, target)) === index,
  );
  for (const { target, replacement } of distinct.toSorted((a, b) => comparePaths(b.target, a.target))) {
    if (target.length === 0) return false;
    if (replacement === undefined) draft.remove(target);
    else draft.set(target, replacement);
  }
  return true;
}

function retype<Schema extends z.ZodType>(
  issue: z.core.$ZodIssue,
  path: ConfigPath,
  { draft }: Progress,
  { fromOutside }: ShapeOptions<Schema>,
): boolean {
  const text = draft.at(path);
  if (issue.code !== 'invalid_type' || typeof text !== 'string') return false;
  const original = draft.originalPath(path);
  if (!fromOutside.some((other) => samePath(other, original))) return false;
  if (['number', 'int'].includes(issue.expected) && /^-?\d+$/.test(text)) draft.set(path, Number(text));
  else if (issue.expected === 'boolean' && /^(true|false)$/.test(text)) draft.set(path, text === 'true');
  else return false;
  return true;
}

/** At or below a repaired path, or the list from which a repaired item was taken. */
function isRepaired(path: ConfigPath, repaired: readonly ConfigPath[]): boolean {
  return repaired.some(
    (other) =>
      startsWith(path, other) ||
      (other.length === path.length + 1 && typeof other.at(-1) === 'number' && startsWith(other, path)),
  );
}

function startsWith(path: ConfigPath, start: ConfigPath): boolean {
  return start.every((segment, index) => path[index] === segment);
}

function samePath(a: ConfigPath, b: ConfigPath): boolean {
  return a.length === b.length && startsWith(a, b);
}

function comparePaths(a: ConfigPath, b: ConfigPath): number {
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    const [left, right] = [a[index]!, b[index]!];
    if (left === right) continue;
    if (typeof left === 'number' && typeof right === 'number') return left - right;
    return String(left) < String(right) ? -1 : 1;
  }
  return a.length - b.length;
}
