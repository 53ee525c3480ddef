import type { Problem } from '../contract.ts';
import { error } from '../problem.ts';

export interface NamedIssuer {
  file: string;
  brand: string;
  issuer: string;
}

/** Brands do not share a name or an issuer, and no issuer lies below another: a request belongs to exactly one. */
export function checkBrandsTogether(brands: readonly NamedIssuer[]): { file: string; problem: Problem }[] {
  return brands.flatMap((brand, index) =>
    brands
      .slice(0, index)
      .flatMap((earlier) =>
        [findSameName(brand, earlier), findOverlap(brand, earlier)].flatMap((problem) =>
          problem ? [{ file: brand.file, problem }] : [],
        ),
      ),
  );
}

function findSameName(brand: NamedIssuer, earlier: NamedIssuer): Problem | undefined {
  if (brand.brand !== earlier.brand) return undefined;
  return error(
    ['brand'],
    `the name ${brand.brand} stands in ${earlier.file} too`,
    'give one of them another name',
  );
}

function findOverlap(brand: NamedIssuer, earlier: NamedIssuer): Problem | undefined {
  if (brand.issuer === earlier.issuer) {
    return error(['issuer'], `is the issuer of ${earlier.file} too`, 'give each brand its own host or path');
  }
  if (!isBelow(brand.issuer, earlier.issuer) && !isBelow(earlier.issuer, brand.issuer)) return undefined;
  return error(
    ['issuer'],
    `lies on the same host as the issuer of ${earlier.file}, one path inside the other`,
    'give each its own path, such as /one and /two, or its own host',
  );
}

function isBelow(issuer: string, other: string): boolean {
  return issuer.startsWith(`${other}/`);
}
