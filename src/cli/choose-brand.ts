import type { BrandConfig } from '../config/brand-schema.ts';
import { CliError } from './cli-error.ts';

/** The brand that a command means: the named one, or the only one. @throws CliError */
export function chooseBrand(brands: readonly BrandConfig[], name: string | undefined): BrandConfig {
  const names = brands.map(({ brand }) => brand).join(', ');
  if (name === undefined) {
    const [only, ...others] = brands;
    if (only && others.length === 0) return only;
    throw new CliError(`there are several brands: add --brand with one of ${names}`);
  }
  const found = brands.find(({ brand }) => brand === name);
  if (found) return found;
  throw new CliError(`there is no brand ${name}; there is ${names}`);
}
