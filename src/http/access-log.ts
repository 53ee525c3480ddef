import type { Middleware } from 'koa';
import type { Log } from '../log.ts';

/** One answered request. The query is left out: it may carry codes, hints and state. */
export interface AccessLine {
  supportId: string;
  /** Absent where nobody traces. */
  traceId?: string | undefined;
  brand: string | undefined;
  /** That trusted proxies vouch for. */
  address: string;
  method: string;
  path: string;
  status: number;
  milliseconds: number;
  /** Of the lines without an error, where not all are written. */
  share?: number;
}

/** Read for each line: it may change while the process runs. */
export interface Sampling {
  /** Of the lines without an error, 0 to 1; each that is written says how many it stands for. */
  share: number;
  /** From 0 up to 1. */
  random(): number;
}

export type WriteAccessLine = (line: AccessLine, level?: 'info' | 'debug') => void;

/** Nothing in a line has a name that the log redacts, so it is not searched for. */
export function createWriteAccessLine(processLog: Log, sampling: Sampling): WriteAccessLine {
  const log = processLog.child({}, { redact: [] });
  return (line, level = 'info') => {
    const { share, random } = sampling;
    if (share === 1 || line.status >= 400) log[level](line, 'request');
    else if (random() < share) log[level]({ ...line, share }, 'request');
  };
}

export interface AccessLogOptions {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Of the request that runs. */
  traceId(): string | undefined;
}

/** A line for each request, once it is answered. */
export function accessLog(write: WriteAccessLine, { now, traceId }: AccessLogOptions): Middleware {
  return async (ctx, next) => {
    const began = now();
    const { path, method } = ctx;
    await next();
    write(
      {
        supportId: ctx.state['requestId'],
        traceId: traceId(),
        brand: ctx.state['brand'],
        address: ctx.ip,
        method,
        path,
        status: ctx.status,
        milliseconds: now() - began,
      },
      // A page that polls every second would bury everything else, and so would a flood.
      ctx.state['isOneOfMany'] || (ctx.state['isPolling'] && ctx.status < 400) ? 'debug' : 'info',
    );
  };
}
