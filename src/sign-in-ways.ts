import type { BrandConfig } from './config/brand-schema.ts';
import { authenticationContext } from './interaction/authentication-context.ts';
import type { SignInWay } from './interaction/ways.ts';

/** The ways of a brand's `login` in which a consumer takes part, in their order. */
export function createSignInWays({ login }: Pick<BrandConfig, 'login'>): SignInWay[] {
  return login.flatMap(({ password }): SignInWay[] => {
    if (!password) return [];
    return [{ kind: 'password', id: 'password', secondFactorRequired: password.totp?.required ?? false }];
  });
}

/** Where the record of an account holds the secret of its one-time codes. */
export function totpMemberOf({ login }: Pick<BrandConfig, 'login'>): string | undefined {
  return login.flatMap(({ password }) => password?.totp?.secret ?? [])[0];
}

/** What the sign-ins that Parley checks itself can reach. */
export function acrValuesOf(brand: Pick<BrandConfig, 'login'>): string[] {
  const { password, multiFactor } = authenticationContext;
  const hasPassword = brand.login.some((way) => way.password);
  return [...(hasPassword ? [password] : []), ...(totpMemberOf(brand) ? [multiFactor] : [])];
}
