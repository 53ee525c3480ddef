import type { BrandConfig, ClientConfig } from '../brand-schema.ts';
import type { ConfigPath, Problem } from '../contract.ts';
import { error, warning } from '../problem.ts';

/** Days before which an operator should hear that a secret without a successor ends. */
const notice = 30;

/** Two secrets of a client follow one another, and an operator hears early that the last one ends. */
export function checkClientSecrets({ clients }: BrandConfig, { now }: { now: number }): Problem[] {
  return clients.flatMap((client, index) => {
    const path = ['clients', index, 'secrets'];
    return [...checkNumber(client, path), ...checkEntries(client, path), ...checkExpiry(client, path, now)];
  });
}

function checkNumber({ secret, secrets = [] }: ClientConfig, path: ConfigPath): Problem[] {
  if (secret === undefined || secrets.length < 2) return [];
  return [error(path, 'are three with secret', 'keep two: the new one and the one that it follows')];
}

function checkEntries({ secrets = [] }: ClientConfig, path: ConfigPath): Problem[] {
  return secrets.flatMap(({ value, hash, expires }, position): Problem[] => {
    const at = [...path, position];
    const isMoment = expires === undefined || !Number.isNaN(Date.parse(expires));
    return [
      ...((value === undefined) === (hash === undefined)
        ? [
            error(
              at,
              value === undefined ? 'has no value' : 'has both value and hash',
              'write one of the two',
            ),
          ]
        : []),
      ...(isMoment ? [] : [error([...at, 'expires'], 'is no day of the calendar', 'write 2027-01-31')]),
    ];
  });
}

function checkExpiry({ id, secret, secrets = [] }: ClientConfig, path: ConfigPath, now: number): Problem[] {
  if (secret !== undefined || secrets.length === 0) return [];
  const ends = secrets.map(({ expires }) =>
    expires === undefined ? Number.POSITIVE_INFINITY : Date.parse(expires),
  );
  const last = Math.max(...ends);
  const days = Math.ceil((last - now) / 86_400_000);
  if (!(days <= notice)) return [];
  const at = [...path, ends.indexOf(last), 'expires'];
  const fix = 'make another with npx parley client secret, and list it first';
  return [
    warning(
      at,
      days > 0 ? `is in ${days} days, and ${id} has no later secret` : `is over: ${id} has no secret`,
      fix,
    ),
  ];
}
