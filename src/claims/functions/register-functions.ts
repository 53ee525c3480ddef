import { register, TYPE_ANY } from '@jmespath-community/jmespath';
import type { JsonValue } from '../json-copy.ts';
import type { ClaimsFunction } from './claims-function.ts';
import { dateFunctions } from './dates.ts';
import { numberFunctions } from './numbers.ts';
import { phoneFunctions } from './phones.ts';

/** Every function that mappings have beside JMESPath's own. */
export const claimsFunctions: Readonly<Record<string, ClaimsFunction>> = {
  ...dateFunctions,
  ...numberFunctions,
  ...phoneFunctions,
};

// The library keeps one table for the process; registered once, when this module is loaded.
for (const [name, { arity, apply }] of Object.entries(claimsFunctions)) {
  const [least, most] = arity;
  register(
    name,
    (args) => {
      // An expression reference (`&name`) is an object, which no function takes.
      const [value = null, ...options] = args as JsonValue[];
      // A record without the value has no claim, and one without the option gets the default.
      return value === null
        ? null
        : apply(
            value,
            options.map((option) => option ?? undefined),
          );
    },
    Array.from({ length: most }, (_, index) => ({ types: [TYPE_ANY], optional: index >= least })),
  );
}
