import type { BrandConfig } from '../brand-schema.ts';
import type { ConfigPath, Problem } from '../contract.ts';
import { error } from '../problem.ts';
import { hasCredentials, isProtected } from '../web-address.ts';

type Way = BrandConfig['login'][number];
type Verify = NonNullable<Way['assertion']>['verify'];

const wayNames = ['session', 'assertion', 'brand', 'upstream', 'password'];

const keyKinds = ['jwks_uri', 'jwks', 'pem', 'secret'] as const;

/** Each entry of `login` is one way to sign in, each way stands once, and what it needs is there. */
export function checkLogin(
  { login, back_channel: backChannel }: BrandConfig,
  { isDoubtful }: { isDoubtful: (path: ConfigPath) => boolean },
): Problem[] {
  const ofBackChannel = backChannel ? checkVerify(backChannel.verify, ['back_channel', 'verify']) : [];
  const ofWays = login.flatMap((way, index) => [
    ...checkEntry(login, index, isDoubtful),
    ...Object.entries(way).flatMap(([name, settings]) =>
      settings && 'verify' in settings ? checkVerify(settings.verify, ['login', index, name, 'verify']) : [],
    ),
    ...Object.entries(way).flatMap(([name, settings]) =>
      settings && 'url' in settings ? checkAddress(settings.url, ['login', index, name, 'url']) : [],
    ),
  ]);
  return [...ofWays, ...ofBackChannel];
}

function checkEntry(
  login: readonly Way[],
  index: number,
  isDoubtful: (path: ConfigPath) => boolean,
): Problem[] {
  const names = Object.keys(login[index] ?? {}) as (keyof Way)[];
  const [name] = names;
  if (name === undefined) {
    // What stood there may have been taken out for a mistake in it.
    const isRepaired = wayNames.some((known) => isDoubtful(['login', index, known]));
    const fix = 'write - password: {} or another way';
    return isRepaired ? [] : [error(['login', index], 'names no way to sign in', fix)];
  }
  if (names.length > 1) {
    return [error(['login', index], `names ${names.length} ways to sign in`, 'give each a dash of its own')];
  }
  const isSecond = login.slice(0, index).some((way) => way[name] !== undefined);
  return isSecond ? [error(['login', index, name], 'stands twice', 'keep one of the two')] : [];
}

function checkVerify(verify: Verify, path: ConfigPath): Problem[] {
  const given = keyKinds.filter((kind) => verify[kind] !== undefined);
  const [first, second] = given;
  if (first === undefined) {
    return [error(path, 'has no key', `add one of ${keyKinds.join(', ')}`)];
  }
  if (second !== undefined)
    return [error([...path, second], `stands beside ${first}`, 'keep one of the two')];
  return verify.jwks_uri === undefined ? [] : checkAddress(verify.jwks_uri, [...path, 'jwks_uri']);
}

/** Parley itself asks there, with the consumer's cookies or for keys: whoever answers in the brand's place is the brand. */
function checkAddress(address: string, path: ConfigPath): Problem[] {
  const fault = findFault(address);
  return fault ? [error(path, fault, 'write https://… without # and @')] : [];
}

function findFault(address: string): string | undefined {
  const url = URL.parse(address);
  if (!url) return 'must be an absolute URL';
  if (!isProtected(url)) return 'must be https';
  if (address.includes('#')) return 'must not have a fragment';
  return hasCredentials(url) ? 'must not contain user information' : undefined;
}
