import { FunctionError } from './functions/claims-function.ts';

/** Why an expression failed on a record, without a value of the record. */
export function reasonOf(error: unknown): string {
  if (error instanceof FunctionError) return error.message;
  const text = error instanceof Error ? error.message : '';
  // The library names the function and the types; other messages could quote a value.
  return text.startsWith('Invalid type: ') ? text.slice('Invalid type: '.length) : 'the expression failed';
}
