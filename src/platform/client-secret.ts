import type { ClientConfig } from '../config/brand-schema.ts';
import type { ConsoleValue } from './preset-contract.ts';

/** The client proves itself with a secret. */
export function hasSecret({ secret, secrets }: Pick<ClientConfig, 'secret' | 'secrets'>): boolean {
  return secret !== undefined || secrets !== undefined;
}

/** The newest secret, for the platform's console. */
export function secretField({ secret, secrets }: Pick<ClientConfig, 'secret' | 'secrets'>): ConsoleValue[] {
  const newest = secrets?.[0] ?? (secret === undefined ? undefined : { value: secret });
  if (!newest) return [];
  const field = 'Client Secret';
  return newest.value === undefined
    ? [{ field, value: '(only its hash is kept here)' }]
    : [{ field, value: newest.value, secret: true }];
}
