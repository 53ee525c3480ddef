import { startPatience } from '../../patience.ts';
import type { Exchange } from './exchange.ts';
import { showBody, showFields, showHeaders } from './show-message.ts';

/** Sends the twin's HTTP requests and keeps a showable copy of each with its answer. */
export interface ExchangeRecorder {
  readonly exchanges: Exchange[];
  /** Rejects as fetch does when there is no answer. */
  send(message: OutgoingMessage): Promise<ReceivedMessage>;
}

export interface OutgoingMessage {
  title: string;
  method: 'GET' | 'POST';
  url: string;
  headers: Record<string, string>;
  form?: Record<string, string>;
}

export interface ReceivedMessage {
  status: number;
  headers: Headers;
  text: string;
}

const requestHeaders = ['authorization', 'content-type', 'accept'];
const responseHeaders = ['content-type', 'cache-control'];
/** Milliseconds. */
const timeout = 10_000;

export function createExchangeRecorder(fetch: typeof globalThis.fetch): ExchangeRecorder {
  const exchanges: Exchange[] = [];
  return {
    exchanges,
    async send(message) {
      const headers = new Headers(message.headers);
      const body = message.form && new URLSearchParams(message.form);
      if (body) headers.set('content-type', 'application/x-www-form-urlencoded');
      const exchange: Exchange = {
        via: 'server',
        title: message.title,
        request: showRequest(message, headers),
      };
      exchanges.push(exchange);
      const patience = startPatience(timeout);
      try {
        const response = await fetch(message.url, {
          method: message.method,
          headers,
          // LivePerson is not known to follow redirects, and a followed one would carry the secret elsewhere.
          redirect: 'manual',
          signal: patience.signal,
          ...(body && { body: body.toString() }),
        });
        const text = await response.text();
        exchange.response = showResponse(response, text);
        return { status: response.status, headers: response.headers, text };
      } catch (cause) {
        exchange.failure = 'No answer.';
        throw cause;
      } finally {
        patience.end();
      }
    },
  };
}

function showRequest({ method, url, form }: OutgoingMessage, headers: Headers): Exchange['request'] {
  const { pathname, search, host } = new URL(url);
  return {
    line: `${method} ${pathname}${search} HTTP/1.1`,
    headers: { host, ...showHeaders(headers, requestHeaders) },
    ...(form && { body: showFields(Object.entries(form)) }),
  };
}

function showResponse(response: Response, text: string): NonNullable<Exchange['response']> {
  return {
    line: `HTTP/1.1 ${response.status} ${response.statusText}`.trim(),
    headers: showHeaders(response.headers, responseHeaders),
    body: showBody(text),
  };
}
