import { createAssertionKeys } from './assertion/assertion-keys.ts';
import type { AssertionSettings } from './assertion/contract.ts';

/** Same shape as the configuration's own problems. */
export interface LoginProblem {
  path: readonly (string | number)[];
  message: string;
  fix: string;
  severity: 'error' | 'warning';
}

type Way = Readonly<Record<string, object | undefined>>;

interface SigningBrand {
  login: readonly Way[];
  back_channel?: { verify: AssertionSettings } | undefined;
}

/** Keys that could verify nothing, found before the first assertion comes. */
export function loginCheck({ login, back_channel: backChannel }: SigningBrand): LoginProblem[] {
  const ofBackChannel = backChannel && findKeyFault(backChannel.verify);
  const ofWays = login.flatMap((way, index) =>
    Object.entries(way).flatMap(([name, settings]) => {
      const verify = settings && 'verify' in settings ? (settings.verify as AssertionSettings) : undefined;
      const fault = verify && findKeyFault(verify);
      return fault === undefined ? [] : [problem(['login', index, name, 'verify'], fault)];
    }),
  );
  return ofBackChannel === undefined
    ? ofWays
    : [...ofWays, problem(['back_channel', 'verify'], ofBackChannel)];
}

function findKeyFault(settings: AssertionSettings): string | undefined {
  // The shape's own check speaks of these (config/checks/check-login.ts).
  const { jwks_uri: uri, jwks, pem, secret } = settings;
  const given = [uri, jwks, pem, secret].filter((kind) => kind !== undefined);
  if (given.length !== 1 || (uri !== undefined && !URL.canParse(uri))) return undefined;
  try {
    createAssertionKeys(settings, { fetch });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : 'cannot be used';
  }
}

function problem(path: LoginProblem['path'], message: string): LoginProblem {
  const fix = "give the brand's public key, or a secret of 32 bytes or more: openssl rand -base64 32";
  return { path, message, fix, severity: 'error' };
}
