import { KeyError } from '../keys/key-error.ts';
import type { SigningAlgorithm } from '../keys/signing-entry.ts';
import {
  acknowledgeKey,
  generateKeys,
  type KeyChange,
  type KeyChangeOptions,
  KeyChangeRefused,
  retireKey,
  rotateKeys,
} from './change-keys.ts';
import { type KeyReport, reportKeys } from './report-keys.ts';

/** What an operator can do to a brand's signing keys (docs/keys.md). */
export type KeyCommand =
  | { name: 'generate'; algorithm: SigningAlgorithm | undefined }
  | { name: 'rotate'; algorithm: SigningAlgorithm | undefined; force: boolean }
  | { name: 'retire'; kid: string; leaked: boolean; force: boolean }
  | { name: 'ack'; client: string; force: boolean };

/** The keys as they are then, or with `plan` would be. */
export interface ChangedKeys extends KeyReport {
  /** What stops working, for whom and until when: sentences. */
  breaks: string[];
  changed: boolean;
}

/** @throws KeyChangeRefused, KeyError */
export async function runKeyCommand(
  command: KeyCommand,
  { brand, ...keys }: KeyChangeOptions & { brand: string },
): Promise<ChangedKeys> {
  const { entries, breaks } = await run(command, keys);
  return { ...reportKeys(brand, entries, keys), breaks, changed: !keys.plan };
}

function run(command: KeyCommand, keys: KeyChangeOptions): Promise<KeyChange> {
  if (command.name === 'retire') return retireKey(keys, command);
  if (command.name === 'ack') return acknowledgeKey(keys, command);
  const algorithms = command.algorithm && [command.algorithm];
  if (command.name === 'generate') return generateKeys(keys, algorithms);
  return rotateKeys(keys, { algorithms, force: command.force });
}

/** As the audit log names it. */
export function describeKeyCommand(command: KeyCommand): string {
  if (command.name === 'ack') return `keys ack ${command.client}`;
  if (command.name === 'retire')
    return command.leaked ? `keys retire ${command.kid} --leaked` : `keys retire ${command.kid}`;
  return command.name === 'rotate' && command.force ? 'keys rotate --force' : `keys ${command.name}`;
}

/** Whether the keys as they are, or the place where they rest, do not allow it; the message is for the operator. */
export function isKeyRefusal(error: unknown): error is KeyChangeRefused | KeyError {
  return error instanceof KeyChangeRefused || error instanceof KeyError;
}
