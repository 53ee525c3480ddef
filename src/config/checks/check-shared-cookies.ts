import type { BrandConfig } from '../brand-schema.ts';
import type { Problem } from '../contract.ts';
import { error, warning } from '../problem.ts';
import { siteOf } from '../site-of.ts';

export interface NamedLogin {
  file: string;
  issuer: string;
  login: BrandConfig['login'];
}

/**
 * A cookie is sent to every brand of its host: one brand that names another's would hand its consumers' sessions to an
 * address of its own. Two issuers that ask the same address are one brand in this.
 */
export function checkSharedCookies(brands: readonly NamedLogin[]): { file: string; problem: Problem }[] {
  return brands.flatMap((brand, index) =>
    brands.slice(0, index).flatMap((earlier) => {
      const problems = problemsBetween(brand, earlier);
      return problems.map((problem) => ({ file: brand.file, problem }));
    }),
  );
}

function problemsBetween(brand: NamedLogin, earlier: NamedLogin): Problem[] {
  const home = URL.parse(brand.issuer);
  const other = URL.parse(earlier.issuer);
  const theirs = earlier.login.find(({ session }) => session)?.session;
  if (!home || !other || !theirs || siteOf(home) !== siteOf(other)) return [];
  // Cookies do not ask for the port.
  const report = home.hostname === other.hostname ? error : warning;
  return brand.login.flatMap(({ session }, index) =>
    session && session.url !== theirs.url
      ? session.cookies.flatMap((name, position) =>
          theirs.cookies.includes(name)
            ? [
                report(
                  ['login', index, 'session', 'cookies', position],
                  `is named by ${earlier.file} too, and browsers may send one cookie to both`,
                  'give each brand a cookie name of its own',
                ),
              ]
            : [],
        )
      : [],
  );
}
