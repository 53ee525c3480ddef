import type { z } from 'zod';
import type { AuditLog } from '../audit/audit-log.ts';
import type { AdminScope } from './caller.ts';

/** One thing that the admin interface can do: the server's routes and the OpenAPI document are made of these. */
export interface Operation {
  /** Stable: audit lines and generated clients name it. */
  id: string;
  method: 'get' | 'put' | 'post' | 'delete';
  /** Below `/admin/v1`, with parameters as `{brand}`. */
  path: string;
  scope: AdminScope;
  summary: string;
  params: Readonly<Record<string, z.ZodType<string>>>;
  query: Readonly<Record<string, z.ZodType>>;
  body?: z.ZodType;
  answer: z.ZodType;
  /** @throws AdminRefusal */
  run(call: OperationCall): Promise<unknown>;
}

export interface OperationCall {
  params: Readonly<Record<string, string>>;
  query: Readonly<Record<string, unknown>>;
  body: unknown;
  /** Lines carry the support id of the call, and so lead to the line that says who called. */
  audit: Pick<AuditLog, 'record'>;
}

type Inputs = Readonly<Record<string, z.ZodType>>;
type Parsed<Shape extends Inputs> = { [Name in keyof Shape]: z.output<Shape[Name]> };

/** Keeps the types of an operation's inputs and answer together; what arrives is parsed before `run` sees it. */
export function operation<
  Params extends Readonly<Record<string, z.ZodType<string>>>,
  Query extends Inputs,
  Body extends z.ZodType,
  Answer extends z.ZodType,
>(definition: {
  id: string;
  method: Operation['method'];
  path: string;
  scope: AdminScope;
  summary: string;
  params: Params;
  query?: Query;
  body?: Body;
  answer: Answer;
  run(call: {
    params: Parsed<Params>;
    query: Parsed<Query>;
    body: z.output<Body>;
    audit: OperationCall['audit'];
  }): Promise<z.input<Answer>>;
}): Operation {
  const untyped: unknown = { query: {}, ...definition };
  return untyped as Operation;
}
