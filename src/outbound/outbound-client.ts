import { isIP } from 'node:net';
import { Agent, buildConnector, request as send } from 'undici';
import { startPatience } from '../patience.ts';
import { OutboundError, toOutboundError } from './outbound-error.ts';
import { isPublicAddress, lookupPublicAddress, refuseAddress } from './public-address.ts';

/**
 * Requests of Parley's own to a brand: its account API, its session address, its key set, its OpenID Provider. One
 * client for each, with its own pool of kept-alive connections, so that one that hangs holds up no other.
 */
export interface OutboundOptions {
  /** Hosts (`URL.host`) that the operator's configuration names: they may be inside the network. Every other host, however it was learned, must be public. */
  configuredHosts: readonly string[];
  /** Milliseconds for a whole request, from asking for a connection to the last byte. */
  timeout: number;
  /** Bytes of an answer's body. */
  longestBody?: number;
  /** Connections to one origin; more requests wait for one. */
  connections?: number;
  /** Only for the configured hosts. */
  tls?: OutboundTls;
  /** A platform may say in `Set-Cookie` what belongs to us; a brand's cookies are the browser's business. */
  readsSetCookie?: boolean;
}

/** PEM. */
export interface OutboundTls {
  /** Instead of the authorities that Node brings. */
  ca?: string | undefined;
  /** The client's own certificate and key (mutual TLS). */
  cert?: string | undefined;
  key?: string | undefined;
}

export interface OutboundRequest {
  method: 'GET' | 'HEAD' | 'POST' | 'DELETE';
  url: URL;
  headers?: Record<string, string>;
  body?: string;
  /** Ends the request earlier than the client's time-out. */
  signal?: AbortSignal;
}

export interface OutboundAnswer {
  status: number;
  /** Names in lower case; a repeated header is its values joined by a comma, `set-cookie` is never here. */
  headers: Readonly<Record<string, string>>;
  /** Empty unless the client reads them. */
  setCookie: readonly string[];
  body: string;
}

export interface OutboundClient {
  /**
   * The answer, whatever its status; a redirect is an answer and is not followed. Rejects with OutboundError, whose
   * text has no body, header or query in it.
   */
  request(request: OutboundRequest): Promise<OutboundAnswer>;
  close(): Promise<void>;
}

const defaults = { longestBody: 256 * 1024, connections: 16 };

export function createOutboundClient(options: OutboundOptions): OutboundClient {
  const { timeout, longestBody, connections } = { ...defaults, ...options };
  const agent = new Agent({
    connect: createConnector(options),
    connections,
    pipelining: 1,
    allowH2: false,
    // The whole request has its time; theirs would count a standstill of this process as silence.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 20_000,
    maxResponseSize: longestBody,
  });
  return {
    async request({ method, url, headers = {}, body, signal }) {
      const what = `${method} ${url.host}`;
      const patience = startPatience(timeout);
      try {
        const response = await send(url, {
          method,
          dispatcher: agent,
          // Nothing is unpacked here: a few packed bytes could become gigabytes.
          headers: { ...headers, 'accept-encoding': 'identity' },
          signal: signal ? AbortSignal.any([signal, patience.signal]) : patience.signal,
          ...(body !== undefined && { body }),
        });
        const encoding = response.headers['content-encoding'];
        if (encoding !== undefined && encoding !== 'identity') {
          response.body.on('error', () => {}).destroy();
          throw new OutboundError('answer_refused', `${what}: the answer is packed, which was not asked for`);
        }
        return {
          status: response.statusCode,
          headers: flatten(response.headers),
          setCookie: options.readsSetCookie ? [response.headers['set-cookie'] ?? []].flat() : [],
          body: await response.body.text(),
        };
      } catch (error) {
        throw toOutboundError(error, what);
      } finally {
        patience.end();
      }
    },
    close: () => agent.destroy(),
  };
}

/** The two kinds of connection: to a host of the operator's own words, and to any other. */
function createConnector({ configuredHosts, timeout, tls }: OutboundOptions): buildConnector.connector {
  const hosts = new Set(configuredHosts);
  const common = { timeout, allowH2: false };
  const connectConfigured = buildConnector({ ...common, ...definedOnly(tls ?? {}) });
  const connectOther = buildConnector({ ...common, lookup: lookupPublicAddress });
  return (options, callback) => {
    if (hosts.has(options.host ?? '')) return connectConfigured(options, callback);
    // Node looks nothing up for a literal address, so the look-up cannot refuse it.
    const literal = options.hostname.replace(/^\[|\]$/g, '');
    if (isIP(literal) !== 0 && !isPublicAddress(literal))
      return callback(refuseAddress(options.hostname), null);
    connectOther(options, callback);
  };
}

function definedOnly<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const { 'set-cookie': _, ...others } = headers;
  return Object.fromEntries(Object.entries(others).map(([name, value]) => [name, [value].flat().join(', ')]));
}
