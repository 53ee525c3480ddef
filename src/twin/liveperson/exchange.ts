/** One HTTP message and its answer, in a form that may be shown: no secret, no usable token. */
export interface Exchange {
  /** `server`: LivePerson's server calls the issuer. `browser`: the consumer's window went there and came back. */
  via: 'server' | 'browser';
  title: string;
  request: ShownMessage & { line: string };
  /** Absent when no answer came. */
  response?: ShownMessage & { line: string };
  /** Why no answer came. */
  failure?: string;
}

export interface ShownMessage {
  headers: Record<string, string>;
  /** A form or a query as names and values, JSON as it is, anything else as text. */
  body?: unknown;
}
