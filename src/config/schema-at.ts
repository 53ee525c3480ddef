import { z } from 'zod';
import type { ConfigPath } from './contract.ts';

type Schema = z.core.$ZodType;

/** The keys that a mapping may have at a path of a schema; empty where any key goes. */
export function knownKeys(schema: Schema, path: ConfigPath): string[] {
  const found = schemaAt(schema, path);
  return found instanceof z.ZodObject ? Object.keys(found.shape) : [];
}

function schemaAt(schema: Schema, path: ConfigPath): Schema | undefined {
  return path.reduce<Schema | undefined>((current, segment) => {
    const inner = current && child(current, segment);
    return inner && unwrap(inner);
  }, unwrap(schema));
}

/** Optional and default values wrap the schema of the value itself. */
function unwrap(schema: Schema): Schema {
  const isWrapper =
    schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
  return isWrapper ? unwrap(schema.unwrap()) : schema;
}

function child(schema: Schema, segment: string | number): Schema | undefined {
  if (schema instanceof z.ZodArray) return schema.element;
  if (schema instanceof z.ZodRecord) return schema.valueType;
  return schema instanceof z.ZodObject ? schema.shape[segment] : undefined;
}
