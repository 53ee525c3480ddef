import type { BrandSite } from '../brand/brand-site.ts';
import { currentKey, nextKey, signingAlgorithms } from '../keys/key-states.ts';
import { dueAt, missingAcknowledgements } from '../keys/rotation.ts';
import type { KeyReading } from '../telemetry/contract.ts';

/** How the signing keys of each brand stand. @param now milliseconds since the epoch */
export function readKeys(sites: readonly BrandSite[], now: number): KeyReading[] {
  return sites.flatMap(({ brand, keys: { set, policy } }) =>
    signingAlgorithms.flatMap((algorithm): KeyReading[] => {
      const current = currentKey(set.states, algorithm);
      const next = nextKey(set.states, algorithm);
      const due = dueAt(set.states, algorithm, policy);
      const states = set.states.filter(({ entry }) => entry.jwk.alg === algorithm);
      if (states.length === 0) return [];
      return [
        {
          brand,
          algorithm,
          states: states.map(({ state }) => state),
          age: current && (now - (current.signsFrom ?? current.createdAt)) / 1000,
          due: due && (due - now) / 1000,
          waitsFor: next ? missingAcknowledgements(next, policy).length : 0,
        },
      ];
    }),
  );
}
