/** Why an outbound request brought no answer that may be used. Never carries a body, a header or a query. */
export type OutboundFault =
  /** No connection, a connection that broke, or no answer in time: another try may help. */
  | 'unreachable'
  /** TLS: the certificate, the client certificate or the protocol was refused. */
  | 'tls_refused'
  /** A name that is not the operator's own leads into the private network. */
  | 'address_refused'
  /** More bytes than the caller allows, or an encoding that could hide them. */
  | 'answer_refused';

export class OutboundError extends Error {
  readonly fault: OutboundFault;

  /**
   * @param message for the operator's log: the method, the host and a reason
   * @param code of Node, OpenSSL or undici, such as ECONNREFUSED
   */
  constructor(fault: OutboundFault, message: string, code?: string) {
    super(message, code === undefined ? undefined : { cause: { code } });
    this.name = 'OutboundError';
    this.fault = fault;
  }
}

/** Turns what undici and Node throw into words of ours; both put URLs and sometimes more into theirs. */
export function toOutboundError(error: unknown, what: string): OutboundError {
  if (error instanceof OutboundError) return error;
  const refused = findInCauses(error, (cause) => cause instanceof OutboundError);
  if (refused instanceof OutboundError) return refused;
  const code = codeOf(findInCauses(error, (cause) => codeOf(cause) !== undefined)) ?? nameOf(error);
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE')
    return new OutboundError('answer_refused', `${what}: the answer is too long`);
  if (timeouts.has(code))
    return new OutboundError('unreachable', `${what}: no answer in time (${code})`, code);
  if (isTlsCode(code)) return new OutboundError('tls_refused', `${what}: TLS was refused (${code})`, code);
  return new OutboundError('unreachable', `${what}: no answer (${code})`, code);
}

const timeouts: ReadonlySet<string> = new Set([
  'TimeoutError',
  'AbortError',
  'UND_ERR_ABORTED',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

/** OpenSSL's and Node's names for a certificate or a handshake that did not please. */
function isTlsCode(code: string): boolean {
  return /^(ERR_SSL|ERR_TLS|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA)/.test(
    code,
  );
}

function findInCauses(error: unknown, matches: (cause: unknown) => boolean): unknown {
  const seen: unknown[] = [];
  for (let cause = error; isObject(cause) && !seen.includes(cause); cause = cause['cause']) {
    if (matches(cause)) return cause;
    seen.push(cause);
  }
  // A name with several addresses fails with all their reasons at once.
  const members = isObject(error) && Array.isArray(error['errors']) ? error['errors'] : [];
  return members.find(matches);
}

function codeOf(error: unknown): string | undefined {
  const code = isObject(error) ? error['code'] : undefined;
  return typeof code === 'string' ? code : undefined;
}

function nameOf(error: unknown): string {
  return isObject(error) && typeof error['name'] === 'string' ? error['name'] : 'unknown reason';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
