import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import type { AccountDirectory } from '../directory/contract.ts';
import type { DirectoryCall } from './contract.ts';
import { findRequestSpan } from './request-span.ts';
import type { WatchOptions } from './watch-store.ts';

export interface WatchedDirectory extends WatchOptions {
  brand: string;
  /** `accounts`, or what an enrichment is called. */
  name: string;
}

/** Times what is really asked of a directory, and traces it: what its driver does stands below it. */
export function watchDirectory(directory: AccountDirectory, options: WatchedDirectory): AccountDirectory {
  if (!options.metrics && !options.tracer) return directory;
  const { checkPassword, findTotpSecret } = directory;
  const watch = <T>(call: DirectoryCall, run: () => Promise<T>) => watchCall(options, call, run);
  return {
    findAccount: (...args) => watch('find_account', () => directory.findAccount(...args)),
    ...(checkPassword && {
      checkPassword: (attempt) => watch('check_password', () => checkPassword(attempt)),
    }),
    ...(findTotpSecret && {
      findTotpSecret: (accountId) => watch('find_totp_secret', () => findTotpSecret(accountId)),
    }),
    ping: () => watch('ping', () => directory.ping()),
    close: () => directory.close(),
  };
}

export function watchCall<T>(
  options: WatchedDirectory,
  call: DirectoryCall,
  run: () => Promise<T>,
): Promise<T> {
  return measure(options, call, options.tracer ? () => withSpan(options, call, run) : run);
}

function measure<T>(
  { metrics, brand, name }: WatchedDirectory,
  call: DirectoryCall,
  run: () => Promise<T>,
): Promise<T> {
  if (!metrics) return run();
  const began = performance.now();
  const note = (outcome: 'answered' | 'failed'): void => {
    metrics.directoryDuration.observe({ call }, (performance.now() - began) / 1000);
    metrics.directoryCalls.inc({ brand, directory: name, call, outcome });
  };
  return run().then(
    (answer) => {
      note('answered');
      return answer;
    },
    (error: unknown) => {
      note('failed');
      throw error;
    },
  );
}

/** Outside of a request nobody would see it in its place. */
async function withSpan<T>(
  { tracer, brand, name }: WatchedDirectory,
  call: DirectoryCall,
  run: () => Promise<T>,
): Promise<T> {
  const request = tracer && findRequestSpan();
  if (!request) return run();
  const attributes = { 'parley.brand': brand, 'parley.directory': name };
  const parent = trace.setSpan(context.active(), request.begin());
  return tracer.startActiveSpan(`directory ${call}`, { attributes }, parent, async (span) => {
    try {
      return await run();
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}
