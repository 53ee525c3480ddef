import type { BrandConfig } from '../brand-schema.ts';
import type { ConfigPath, Problem } from '../contract.ts';
import { didYouMean } from '../did-you-mean.ts';
import { error, warning } from '../problem.ts';
import { protocolClaims, standardScopes } from '../standard-scopes.ts';

/** Claims that the protocol decides are not mapped; what is mapped can be asked for, and the reverse. */
export function checkClaims(brand: BrandConfig): Problem[] {
  return [
    ...refusedClaims(Object.keys(brand.claims), (claim) => ['claims', claim]),
    ...Object.entries(brand.scopes).flatMap(([scope, claims]) =>
      refusedClaims(claims, (_, position) => ['scopes', scope, position]),
    ),
    ...brand.clients.flatMap((client, index) =>
      refusedClaims(Object.keys(client.claims ?? {}), (claim) => ['clients', index, 'claims', claim]),
    ),
    ...unmappedClaims(brand),
    ...unknownPersonalClaims(brand),
    ...unreleasedClaims(brand),
  ];
}

function refusedClaims(
  claims: readonly string[],
  pathOf: (claim: string, position: number) => ConfigPath,
): Problem[] {
  return claims.flatMap((claim, position) => {
    if (!protocolClaims.includes(claim)) return [];
    const fix =
      claim === 'sub'
        ? 'remove it: `subject` decides it, as public, pairwise or { template: … }'
        : 'give the claim another name';
    return [error(pathOf(claim, position), `the claim ${claim} cannot be mapped`, fix)];
  });
}

function unmappedClaims({ scopes, claims }: BrandConfig): Problem[] {
  return Object.entries(scopes).flatMap(([scope, released]) =>
    released.flatMap((claim, position) =>
      Object.hasOwn(claims, claim) || protocolClaims.includes(claim)
        ? []
        : [
            warning(
              ['scopes', scope, position],
              `the claim ${claim} is never mapped`,
              `map it: claims: { ${claim}: … }`,
            ),
          ],
    ),
  );
}

/** A misspelt name would leave its claim unprotected in silence. */
function unknownPersonalClaims({ pii, claims }: BrandConfig): Problem[] {
  return pii.flatMap((claim, position) => {
    if (Object.hasOwn(claims, claim)) return [];
    const meant = didYouMean(claim, Object.keys(claims));
    const fix = meant ? `did you mean ${meant}?` : 'write the name of a claim of this brand, or remove it';
    return [error(['pii', position], `the claim ${claim} is never mapped`, fix)];
  });
}

function unreleasedClaims({ scopes, claims }: BrandConfig): Problem[] {
  const released = new Set([...Object.values(scopes), ...Object.values(standardScopes)].flat());
  return Object.keys(claims)
    .filter((claim) => !released.has(claim) && !protocolClaims.includes(claim))
    .map((claim) =>
      warning(
        ['claims', claim],
        `the claim ${claim} can never reach a token`,
        `let a scope release it: scopes: { …: [${claim}] }`,
      ),
    );
}
