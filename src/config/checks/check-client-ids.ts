import type { BrandConfig } from '../brand-schema.ts';
import type { Problem } from '../contract.ts';
import { error } from '../problem.ts';

/** A client id names one client of the brand. */
export function checkClientIds({ clients }: BrandConfig): Problem[] {
  return clients.flatMap(({ id }, index) => {
    const first = clients.findIndex((client) => client.id === id);
    if (first === index) return [];
    return [
      error(['clients', index, 'id'], `the id ${id} stands twice`, `clients[${first}] has it: write another`),
    ];
  });
}
