import { VendorError } from './vendor-error.ts';

export interface VendorAnswer {
  status: number;
  headers: Headers;
  /** Parsed JSON; undefined for an empty body. */
  body: unknown;
}

/** Bytes; no token answer is longer. */
const longestBody = 64 * 1024;

/** An answer that can be judged by its content. @throws VendorError for 429, 5xx, redirects and what is not JSON */
export async function readAnswer(response: Response, what: string): Promise<VendorAnswer> {
  const { status, headers } = response;
  if (status === 429) {
    await response.body?.cancel();
    const retryAfter = readRetryAfter(headers) ?? 30;
    throw new VendorError('unavailable', `${what}: too many requests (429), left alone for ${retryAfter} s`, {
      retryAfter,
      isLimit: true,
    });
  }
  if (status >= 500) {
    await response.body?.cancel();
    throw new VendorError('unavailable', `${what}: answered ${status}`, {
      maybeDone: true,
      retryAfter: readRetryAfter(headers),
    });
  }
  if (status >= 300 && status < 400) {
    await response.body?.cancel();
    throw new VendorError('failed', `${what}: answered with a redirect (${status}); is the address right?`);
  }
  const body = parse(await readText(response, what), what);
  return { status, headers, body };
}

async function readText(response: Response, what: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.length;
      if (size > longestBody)
        throw new VendorError('failed', `${what}: the answer is too long`, { maybeDone: true });
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof VendorError) throw error;
    throw new VendorError('unavailable', `${what}: the answer broke off`, { maybeDone: true });
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string, what: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    const hint = 'is the address right, or does something in between answer?';
    throw new VendorError('failed', `${what}: the answer is not JSON; ${hint}`, { maybeDone: true });
  }
}

/** Seconds, or a date (RFC 9110 section 10.2.3), at most ten minutes. */
function readRetryAfter(headers: Headers): number | undefined {
  const text = headers.get('retry-after');
  if (text === null) return undefined;
  const seconds = /^\d+$/.test(text) ? Number(text) : Math.ceil((Date.parse(text) - Date.now()) / 1000);
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 1), 600) : undefined;
}
