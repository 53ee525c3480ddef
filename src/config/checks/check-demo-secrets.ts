import type { BrandConfig } from '../brand-schema.ts';
import type { Problem } from '../contract.ts';
import { error, warning } from '../problem.ts';

/** The demo's secrets are printed in the documentation: whoever uses one has none. */
export function checkDemoSecrets(
  { demo, clients }: BrandConfig,
  { production }: { production: boolean },
): Problem[] {
  if (demo) return [];
  const report = production ? error : warning;
  return clients.flatMap(({ secret, secrets = [] }, index) => {
    const places = [
      [['secret'], secret] as const,
      ...secrets.map(({ value }, position) => [['secrets', position, 'value'], value] as const),
    ];
    return places
      .filter(([, value]) => value?.startsWith('demo-'))
      .map(([place]) =>
        report(
          ['clients', index, ...place],
          'is a demo secret, which everybody knows',
          'make one: npx parley client secret prints one',
        ),
      );
  });
}
