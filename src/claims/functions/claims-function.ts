import type { JsonValue } from '../json-copy.ts';

/** A function that claims mappings have beside those of JMESPath. Pure; null in, null out. */
export interface ClaimsFunction {
  /** As docs/configuration.md prints it. */
  usage: string;
  /** How many arguments it needs and takes. */
  arity: readonly [least: number, most: number];
  /** @throws FunctionError for a value that it cannot take */
  apply(value: Exclude<JsonValue, null>, options: readonly (JsonValue | undefined)[]): JsonValue;
  /**
   * Reads an argument after the first, which may be written out in the mapping.
   * @throws FunctionError for one that it does not know
   */
  readOption(option: JsonValue): unknown;
}

/** Why a value cannot be taken; the message never quotes it and is safe to log. */
export class FunctionError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FunctionError';
  }
}
