import type { ConfigPath } from './contract.ts';

/**
 * Harmless values for what a brand cannot be checked without. They take the place of a missing or wrong value
 * so that the other mistakes in the file come out in the same run; what is then said about them is dropped.
 */
export function brandStandIn(path: ConfigPath): unknown {
  const place = path.map((segment) => (typeof segment === 'number' ? '*' : segment)).join('.');
  switch (place) {
    case 'brand':
      return 'stand-in';
    case 'issuer':
      return 'https://stand-in.invalid';
    case 'accounts':
      return { file: { path: 'stand-in' } };
    case 'accounts.file':
      return { path: 'stand-in' };
    case 'accounts.file.path':
      return 'stand-in';
    case 'accounts.sql.url':
      return 'postgres://stand-in:stand-in@localhost/stand-in';
    case 'accounts.sql.find':
      return 'select :id as id';
    case 'clients.*.id':
      return `stand-in-${path[1]}`;
    case 'clients.*.secret':
    case 'clients.*.secrets.*.value':
      return 'stand-in-for-a-secret';
    case 'clients.*.secrets.*.hash':
      return `sha256:${'A'.repeat(43)}`;
    case 'clients.*.secrets':
      return [{ value: 'stand-in-for-a-secret' }];
    default:
      return undefined;
  }
}
