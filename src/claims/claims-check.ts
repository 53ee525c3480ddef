import type { MappedBrand, MappedSubject } from './claim-names.ts';
import { compileExpression, ExpressionError } from './compile-expression.ts';
import { isReservedClaim } from './reserved-claims.ts';

/** Same shape as the configuration's own problems. */
export interface ClaimsProblem {
  path: readonly (string | number)[];
  message: string;
  fix: string;
  severity: 'error' | 'warning';
}

export interface CheckedBrand extends Pick<MappedBrand, 'subject' | 'claims' | 'clients'> {
  accounts: CheckedDirectory & { enrich: readonly (CheckedDirectory & { by?: string | undefined })[] };
  login?: readonly { session?: { account: string } | undefined }[];
}

/** The expressions of a directory. */
interface CheckedDirectory {
  http?: (HttpExpressions & { login?: { id?: string | undefined } | undefined }) | undefined;
}

type HttpExpressions = { [Name in 'record' | 'id' | 'disabled']?: string | undefined };

/** Every expression that does not parse, and every claim of the brand or a client that has a reserved name. */
export function claimsCheck(brand: CheckedBrand): ClaimsProblem[] {
  return [
    ...(brand.login ?? []).flatMap(({ session }, index) =>
      checkOptional(session?.account, ['login', index, 'session', 'account']),
    ),
    ...checkSubject(brand.subject, ['subject']),
    ...checkDirectory(brand.accounts, ['accounts']),
    ...brand.accounts.enrich.flatMap((entry, index) => [
      ...checkOptional(entry.by, ['accounts', 'enrich', index, 'by']),
      ...checkDirectory(entry, ['accounts', 'enrich', index]),
    ]),
    ...checkMapping(brand.claims, ['claims']),
    ...brand.clients.flatMap((client, index) => [
      ...checkSubject(client.subject, ['clients', index, 'subject']),
      ...checkMapping(client.claims ?? {}, ['clients', index, 'claims']),
    ]),
  ];
}

function checkSubject(subject: MappedSubject | undefined, path: ClaimsProblem['path']): ClaimsProblem[] {
  return typeof subject === 'object' ? checkExpression(subject.template, [...path, 'template']) : [];
}

function checkDirectory({ http }: CheckedDirectory, path: ClaimsProblem['path']): ClaimsProblem[] {
  if (!http) return [];
  const { record, id, disabled, login } = http;
  return [
    ...Object.entries({ record, id, disabled }).flatMap(([name, source]) =>
      checkOptional(source, [...path, 'http', name]),
    ),
    ...checkOptional(login?.id, [...path, 'http', 'login', 'id']),
  ];
}

function checkOptional(source: string | undefined, path: ClaimsProblem['path']): ClaimsProblem[] {
  return source === undefined ? [] : checkExpression(source, path);
}

function checkMapping(
  claims: Readonly<Record<string, string>>,
  path: readonly (string | number)[],
): ClaimsProblem[] {
  return Object.entries(claims).flatMap(([name, source]) => {
    const at = [...path, name];
    return [...checkName(name, at), ...checkExpression(source, at)];
  });
}

function checkName(name: string, path: ClaimsProblem['path']): ClaimsProblem[] {
  if (!isReservedClaim(name)) return [];
  const fix =
    name === 'sub'
      ? 'remove it: `subject` decides it, as public, pairwise or { template: … }'
      : 'use another name: the protocol itself writes this claim';
  return [{ path, message: `the claim ${name} cannot be mapped`, fix, severity: 'error' }];
}

function checkExpression(source: string, path: ClaimsProblem['path']): ClaimsProblem[] {
  try {
    compileExpression(source);
    return [];
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const fix =
      "write a JMESPath expression over the account record, e.g. account.number; texts go in 'single quotes'";
    return [{ path, message: error.message, fix, severity: 'error' }];
  }
}
