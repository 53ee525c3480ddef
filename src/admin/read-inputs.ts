import type { Context } from 'koa';
import { z } from 'zod';
import { AdminRefusal } from './admin-refusal.ts';
import type { Operation, OperationCall } from './operation.ts';

/** Bytes; the longest input of an operation is one word. */
const longestBody = 8 * 1024;

/** Everything that a caller sent, parsed once. @throws AdminRefusal that names what is wrong, never its value */
export async function readInputs(
  ctx: Context,
  { params, query, body }: Operation,
): Promise<Pick<OperationCall, 'params' | 'query' | 'body'>> {
  return {
    params: parse(z.strictObject(params), ctx['params'] as unknown),
    query: parse(z.strictObject(query), { ...ctx.query }),
    body: body ? parse(body, await readJson(ctx)) : undefined,
  };
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, code }) => `${path.join('.') || 'the input'}: ${code}`);
  throw new AdminRefusal(400, 'invalid_request', faults.slice(0, 5).join('; '));
}

async function readJson(ctx: Context): Promise<unknown> {
  if (!ctx.is('application/json')) {
    throw new AdminRefusal(415, 'unsupported_media_type', 'send application/json');
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of ctx.req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > longestBody)
      throw new AdminRefusal(413, 'too_large', `a body has at most ${longestBody} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    throw new AdminRefusal(400, 'invalid_request', 'the body is no JSON');
  }
}
