import type { KeyObject } from 'node:crypto';
import type { ResolvedClient } from '../../platform/resolve-client.ts';
import type { Connector, Flow } from '../../twin/liveperson/connector.ts';
import type { CliIo } from '../io.ts';
import type { Browser } from './browser.ts';
import type { Report } from './report.ts';

/** What one run of `parley check` looks at, and with what. */
export interface CheckTarget {
  issuer: string;
  client: ResolvedClient;
  flows: readonly Flow[];
  /** `undefined`: the browser's cookie speaks for itself. */
  consumer: { login: string; password: string } | undefined;
  /** The key that `parley client show` prints; undefined where this machine has no keys of the brand. */
  pastedKey: string | undefined;
  decryption: { key: KeyObject } | undefined;
  /** What LivePerson calls its encryption key, where the configuration says so. */
  encryptionKeyId: string | undefined;
  browser: Browser;
  report: Report;
  fetch: typeof globalThis.fetch;
  /** Milliseconds since the epoch. */
  now(): number;
  randomBytes(size: number): Buffer;
}

/** What the person at the command line chose, beside brand and consumer. */
export interface CheckChoice {
  flow?: Flow;
  decryptKey?: string;
  yes?: boolean;
}

/** One call of `parley check`, before the platform's own part begins. */
export interface CheckCall
  extends Pick<CheckTarget, 'issuer' | 'client' | 'browser' | 'report' | 'fetch' | 'now' | 'randomBytes'> {
  io: CliIo;
  choice: CheckChoice;
  brand: string;
  /** Reads the password, so only when nothing else is in the way. */
  chooseConsumer(): Promise<CheckTarget['consumer']>;
  findPastedKey(): Promise<string | undefined>;
}

/** LivePerson's console, filled in as `parley client show` says. */
export function createConnector(target: CheckTarget, flow: Flow): Connector {
  const { issuer, client, decryption, encryptionKeyId: kid } = target;
  return {
    jwtIssuer: issuer,
    tokenEndpoint: `${issuer}/token`,
    jwksEndpoint: `${issuer}/jwks`,
    clientId: client.id,
    ...(client.secret !== undefined && { clientSecret: client.secret }),
    flow,
    ...(decryption &&
      client.encryption && { decryption: { ...decryption, ...(kid !== undefined && { kid }) } }),
  };
}
