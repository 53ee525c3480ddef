import type { BrandConfig, ClientConfig } from '../config/brand-schema.ts';
import { CliError } from './cli-error.ts';

/** The client that a command means. @throws CliError when there is none, or more than one */
export function chooseClient(
  brands: readonly BrandConfig[],
  id: string,
  { brand: name }: { brand?: string },
): { brand: BrandConfig; client: ClientConfig } {
  const meant = brands.filter(({ brand }) => name === undefined || brand === name);
  if (meant.length === 0) {
    throw new CliError(`there is no brand ${name}, but ${brands.map(({ brand }) => brand).join(', ')}`);
  }
  const found = meant.flatMap((brand) =>
    brand.clients.filter((client) => client.id === id).map((client) => ({ brand, client })),
  );
  const [only, ...others] = found;
  if (!only) {
    const ids = [...new Set(meant.flatMap(({ clients }) => clients.map((client) => client.id)))];
    const where = name === undefined ? '' : ` in the brand ${name}`;
    throw new CliError(`there is no client ${id}${where}, but ${ids.join(', ') || 'none at all'}`);
  }
  if (others.length > 0) {
    const names = found.map(({ brand }) => brand.brand).join(', ');
    throw new CliError(`several brands have a client ${id}: add --brand with one of ${names}`);
  }
  return only;
}
