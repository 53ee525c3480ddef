import type { MappedBrand } from './claim-names.ts';
import { compileExpression, ExpressionError } from './compile-expression.ts';
import { isReservedClaim } from './reserved-claims.ts';

/** Same shape as the configuration's own problems. */
export interface ClaimsProblem {
  path: readonly (string | number)[];
  message: string;
  fix: string;
  severity: 'error' | 'warning';
}

export interface CheckedBrand extends Pick<MappedBrand, 'claims' | 'clients'> {
  accounts: { enrich: readonly { by?: string | undefined }[] };
}

/** Every expression that does not parse, and every claim of the brand or a client that has a reserved name. */
export function claimsCheck(brand: CheckedBrand): ClaimsProblem[] {
  return [
    ...brand.accounts.enrich.flatMap(({ by }, index) =>
      by === undefined ? [] : checkExpression(by, ['accounts', 'enrich', index, 'by']),
    ),
    ...checkMapping(brand.claims, ['claims']),
    ...brand.clients.flatMap((client, index) =>
      checkMapping(client.claims ?? {}, ['clients', index, 'claims']),
    ),
  ];
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
      ? 'remove it: the subject is the account id, or pairwise with `subject: pairwise`'
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
