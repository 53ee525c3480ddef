import { z } from 'zod';
import type { Operation } from './operation.ts';
import { refusal } from './words.ts';

type Json = Record<string, unknown>;

export const basePath = '/admin/v1';

/** The OpenAPI document of the admin interface (OpenAPI Specification 3.1), made of the operations themselves. */
export function createOpenApi(operations: readonly Operation[]): Json {
  const paths: Record<string, Json> = {};
  for (const one of operations) {
    paths[one.path] = { ...paths[one.path], [one.method]: describeOperation(one) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Parley admin interface',
      version: '1',
      description: 'What an operator asks of a running Parley. docs/admin-api.md says how it is switched on.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: basePath }],
    security: [{ token: [] }, { certificate: [] }],
    paths,
    components: {
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description:
            'An access token of the brand that server.yaml names, by the grant client_credentials.',
        },
        certificate: { type: 'mutualTLS', description: 'A certificate of the authority in server.yaml.' },
      },
      responses: Object.fromEntries(
        Object.entries(refusals).map(([status, description]) => [
          `Refused${status}`,
          {
            description,
            content: jsonOf(toSchema(refusal)),
            ...(status === '429' && { headers: retryAfter }),
          },
        ]),
      ),
    },
  };
}

const refusals = {
  400: 'The request is not what the operation takes.',
  401: 'The caller did not prove who it is.',
  403: 'The caller may not do this.',
  404: 'There is no such brand, client, account or address.',
  409: 'What is there does not allow it now.',
  413: 'The body is too long.',
  415: 'The body is no JSON.',
  429: 'The caller asks too much.',
  503: 'The store or the account directory does not answer.',
} as const;

const retryAfter = { 'Retry-After': { schema: { type: 'integer' }, description: 'Seconds.' } };

function describeOperation({ id, scope, summary, params, query, body, answer }: Operation): Json {
  const parameters = [
    ...Object.entries(params).map(([name, schema]) => describeParameter(name, schema, 'path')),
    ...Object.entries(query).map(([name, schema]) => describeParameter(name, schema, 'query')),
  ];
  return {
    operationId: id,
    summary,
    description: `Scope: \`${scope}\`.`,
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: jsonOf(toSchema(body)) } }),
    responses: {
      200: { description: 'Done.', content: jsonOf(toSchema(answer)) },
      ...Object.fromEntries(
        Object.keys(refusals).map((status) => [status, { $ref: `#/components/responses/Refused${status}` }]),
      ),
    },
  };
}

function describeParameter(name: string, schema: z.ZodType, place: 'path' | 'query'): Json {
  const required = place === 'path' || !schema.safeParse(undefined).success;
  return { name, in: place, required, schema: toSchema(schema) };
}

function jsonOf(schema: Json): Json {
  return { 'application/json': { schema } };
}

/** OpenAPI 3.1 takes JSON Schema 2020-12 as it is; the dialect is the document's, not each schema's. */
function toSchema(schema: z.ZodType): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema) as Json;
  return rest;
}
