import { join } from 'node:path';
import { KeyError } from './key-error.ts';

/** Where one brand's keys lie. The name becomes a path: nothing but a brand's name may leave the folder. */
export function brandFolder(folder: string, brand: string): string {
  if (!/^[a-z][a-z0-9-]*$/.test(brand)) {
    throw new KeyError('unusable', 'a brand has a name of lower-case letters, digits and dashes');
  }
  return join(folder, brand);
}
