import type { OutboundClient, OutboundRequest } from './outbound-client.ts';

export interface OutboundFetchOptions {
  /**
   * The client's time-out is the only one: a library's own (`AbortSignal.timeout`) would end a request whose answer came
   * while this process stood still.
   */
  ignoresSignals?: boolean;
}

/**
 * An outbound client in the shape of `fetch`, for libraries that take one (jose's remote key sets, openid-client).
 * It rejects with OutboundError, which has its code in `cause` as Node's fetch has; what it cannot do (streams, other
 * methods) it refuses.
 */
export function createOutboundFetch(
  client: OutboundClient,
  { ignoresSignals = false }: OutboundFetchOptions = {},
): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const { method } = request;
    if (!isMethod(method)) throw new TypeError(`outbound fetch knows no ${method}`);
    const answer = await client.request({
      method,
      url: new URL(request.url),
      headers: Object.fromEntries(request.headers),
      ...(!ignoresSignals && { signal: request.signal }),
      ...(request.body && { body: await request.text() }),
    });
    const hasBody = ![101, 204, 205, 304].includes(answer.status);
    const headers = new Headers(answer.headers);
    for (const line of answer.setCookie) headers.append('set-cookie', line);
    return new Response(hasBody ? answer.body : null, { status: answer.status, headers });
  };
}

function isMethod(method: string): method is OutboundRequest['method'] {
  return ['GET', 'HEAD', 'POST', 'DELETE'].includes(method);
}
