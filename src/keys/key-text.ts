import { createHash } from 'node:crypto';
import { KeyError } from './key-error.ts';
import type { KeyHome } from './key-home.ts';

/** Keys that the configuration brings along, such as a secret in a variable: as `signing.json` has them, and only read. */
export function openKeyText(text: string, place: string): KeyHome {
  const stamp = createHash('sha256').update(text).digest('base64url');
  const refuse = (): Promise<never> =>
    Promise.reject(
      new KeyError('unusable', `${place} comes with the configuration: change it where it is kept`),
    );
  return {
    place,
    isReadOnly: true,
    command: 'npx parley keys create <brand>',
    read: () => Promise.resolve(text),
    stamp: () => Promise.resolve(stamp),
    create: refuse,
    change: refuse,
  };
}
