import { z } from 'zod';
import { brandSchema } from './brand-schema.ts';
import { serverSchema } from './server-schema.ts';

/** JSON Schema of the configuration files, for editors. Draft 7 is what the YAML language servers know best. */
export const editorSchemas = {
  'brand.schema.json': () => editorSchema(brandSchema, 'One brand of Parley'),
  'server.schema.json': () => editorSchema(serverSchema, 'What belongs to the Parley process'),
} as const;

export type JsonSchema = z.core.JSONSchema.BaseSchema;

function editorSchema(schema: z.ZodType, title: string): JsonSchema {
  const generated = z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-7',
    override: ({ jsonSchema }) => allowInterpolation(jsonSchema),
  });
  return { title, ...generated };
}

/** A value may come from outside: `${NAME}` stands where a number, a choice or a text of some form is asked. */
function allowInterpolation(schema: JsonSchema): void {
  const { type, pattern, minLength } = schema;
  const narrow = type === 'number' || type === 'integer' || type === 'boolean' || schema.enum !== undefined;
  if (!narrow && pattern === undefined && minLength === undefined) return;
  const { description, default: fallback, ...rule } = schema;
  for (const key of Object.keys(schema)) delete schema[key];
  Object.assign(schema, {
    ...(description !== undefined && { description }),
    ...(fallback !== undefined && { default: fallback }),
    anyOf: [rule, { type: 'string', pattern: '\\$\\{' }],
  });
}
