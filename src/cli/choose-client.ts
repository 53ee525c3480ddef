import type { BrandConfig, ClientConfig } from '../config/brand-schema.ts';
import { CliError } from './cli-error.ts';

/** The client that a command means. @throws CliError when there is none, or more than one */
export function chooseClient(
  brands: readonly BrandConfig[],
  id: string,
  { brand: name }: { brand?: string },
): { brand: BrandConfig; client: ClientConfig } {
  const found = brands
    .filter(({ brand }) => name === undefined || brand === name)
    .flatMap((brand) =>
      brand.clients.filter((client) => client.id === id).map((client) => ({ brand, client })),
    );
  const [only, ...others] = found;
  if (!only)
    throw new CliError(`there is no client ${id}${name === undefined ? '' : ` in the brand ${name}`}`);
  if (others.length > 0) {
    const names = found.map(({ brand }) => brand.brand).join(', ');
    throw new CliError(`several brands have a client ${id}: add --brand with one of ${names}`);
  }
  return only;
}
