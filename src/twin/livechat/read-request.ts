import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';
import { AccountsException } from './accounts-exception.ts';

export type Parameters = Readonly<Record<string, unknown>>;

const limit = 64 * 1024;

/** A JSON body, whatever its Content-Type says: LiveChat's own packages send it as plain text. */
export async function readJson(ctx: Context): Promise<Parameters> {
  const text = await readText(ctx.req);
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Parameters;
  } catch {
    // Falls through to the refusal.
  }
  throw new AccountsException('bad_request', 'The body is not a JSON object.');
}

/** A form: what the agents' token endpoint takes. */
export async function readForm(ctx: Context): Promise<Parameters> {
  if (!ctx.is('application/x-www-form-urlencoded'))
    throw new AccountsException('invalid_request', 'The body is not a form.');
  return Object.fromEntries(new URLSearchParams(await readText(ctx.req)));
}

/** A parameter that must be there, as text. */
export function requireText(parameters: Parameters, name: string): string {
  const value = parameters[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new AccountsException('invalid_request', `The parameter ${name} is missing or not a text.`);
}

export function optionalText(parameters: Parameters, name: string): string | undefined {
  return parameters[name] === undefined ? undefined : requireText(parameters, name);
}

export function bearerOf(ctx: Context): string | undefined {
  return /^Bearer (.+)$/.exec(ctx.get('Authorization'))?.[1];
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw new AccountsException('bad_request', 'The body is too long.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
