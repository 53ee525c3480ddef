import { expect } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { type AdminSite, callerSecrets } from './admin-site.ts';

export interface OpenApiDocument {
  paths: Record<string, Record<string, DocumentedOperation>>;
}

interface DocumentedOperation {
  operationId: string;
  summary: string;
  parameters?: object[];
  responses: Record<string, { $ref?: string; content?: object }>;
}

export interface Call {
  method?: string;
  /** Default: the template. */
  path?: string;
  token?: string | undefined;
  body?: object;
}

/** The admin interface with its own document as the judge of each answer. */
export interface JudgedCalls {
  site: AdminSite;
  document: OpenApiDocument;
  /** Access tokens of `ops`, who may do everything, and of `viewer`, who may look. */
  ops: string;
  viewer: string;
  call(
    template: string,
    call?: Call,
  ): Promise<{ status: number; body: Record<string, unknown>; headers: Headers }>;
  /** Statuses that were answered, by `<method> <template>`. */
  called: ReadonlyMap<string, ReadonlySet<number>>;
}

export async function createJudgedCalls(site: AdminSite): Promise<JudgedCalls> {
  const [ops, viewer, described] = await Promise.all([
    site.tokenOf('ops', callerSecrets.ops, 'admin:read admin:write'),
    site.tokenOf('viewer', callerSecrets.viewer, 'admin:read'),
    site.call('/openapi.json'),
  ]);
  const document = (await described.json()) as OpenApiDocument;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(document, 'openapi');
  const called = new Map<string, Set<number>>();

  return {
    site,
    document,
    ops,
    viewer,
    called,
    async call(template, { method = 'get', path = template, token = ops, body: sent } = {}) {
      const answer = await site.call(path, {
        method: method.toUpperCase(),
        token,
        ...(sent && { body: JSON.stringify(sent), headers: { 'content-type': 'application/json' } }),
      });
      const body = (await answer.json()) as Record<string, unknown>;
      const response = document.paths[template]?.[method]?.responses[String(answer.status)];
      if (!response)
        throw new Error(`${method} ${template} promises no ${answer.status}: ${JSON.stringify(body)}`);
      const pointer = response.$ref ?? `#/paths/${escape(template)}/${method}/responses/${answer.status}`;
      const validate = ajv.getSchema(`openapi${pointer}/content/application~1json/schema`);
      expect([path, validate?.(body), validate?.errors]).toEqual([path, true, null]);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      const key = `${method} ${template}`;
      called.set(key, (called.get(key) ?? new Set()).add(answer.status));
      return { status: answer.status, body, headers: answer.headers };
    },
  };
}

/** As a JSON pointer in a URL's fragment (RFC 6901 section 6). */
const escape = (path: string) => encodeURIComponent(path.replaceAll('~', '~0').replaceAll('/', '~1'));
