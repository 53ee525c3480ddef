import type { ConfigPath, LocatedProblem } from './contract.ts';

/** Every problem of the configuration at once; the message is what the operator reads. */
export class ConfigError extends Error {
  readonly problems: readonly LocatedProblem[];

  constructor(problems: readonly LocatedProblem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** `brands/acme.yaml:14:7 clients[0].redirect_uris[1]: must be https`, and the fix on a line of its own. */
export function formatProblem({ file, line, column, path, message, fix, severity }: LocatedProblem): string {
  const place = line > 0 ? `${file}:${line}:${column}` : file;
  const head = path.length > 0 ? `${place} ${formatPath(path)}` : place;
  const kind = severity === 'warning' ? 'warning: ' : '';
  return `${head}: ${kind}${message}\n    fix: ${fix}`;
}

function formatPath(path: ConfigPath): string {
  return path.map((segment, index) => formatSegment(segment, index === 0)).join('');
}

function formatSegment(segment: string | number, first: boolean): string {
  if (typeof segment === 'number') return `[${segment}]`;
  if (!/^[A-Za-z_][\w-]*$/.test(segment)) return `[${JSON.stringify(segment)}]`;
  return first ? segment : `.${segment}`;
}
