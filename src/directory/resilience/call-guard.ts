import {
  BrokenCircuitError,
  BulkheadRejectedError,
  CircuitState,
  CountBreaker,
  ExponentialBackoff,
  bulkhead,
  circuitBreaker,
  handleWhen,
  noJitterGenerator,
  retry,
} from 'cockatiel';
import { ParleyError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { isOutOfPatience, type Patience, until, within } from '../../patience.ts';
import type { BreakerState } from '../../telemetry/contract.ts';
import { DirectoryUnreachable } from '../directory-unreachable.ts';
import type { ResiliencePolicy } from './resilience-policy.ts';

/** Runs calls to one upstream so that it can neither hold up its callers nor be flooded by them. */
export interface CallGuard {
  /**
   * Rejects with what the call rejects with, and with ParleyError('directory_unavailable') when the call took too
   * long, was refused a place, or was not made because the breaker is open.
   *
   * @param repeatable the call changes nothing and counts nothing, so it may be made again
   */
  run<T>(call: () => Promise<T>, options: { repeatable: boolean }): Promise<T>;
}

export interface CallGuardOptions {
  /** What is guarded, for the log: `account directory`. */
  name: string;
  policy: ResiliencePolicy;
  /** Says once when the upstream stops to answer and once when it answers again. */
  log: Pick<Log, 'error' | 'info'>;
  /** Told of the breaker's state, the first one too. */
  onBreaker?: ((state: BreakerState) => void) | undefined;
}

/**
 * From the outside in: breaker, time-out, places, retries. The time-out counts the wait for a place too, and gives the
 * place back even when the upstream never answers. Being refused a place says nothing about the upstream and does not
 * count towards the breaker.
 */
export function createCallGuard({ name, policy, log, onBreaker }: CallGuardOptions): CallGuard {
  const isFailure = handleWhen((error) => error instanceof DirectoryUnreachable || isOutOfPatience(error));
  const breaker = circuitBreaker(isFailure, {
    halfOpenAfter: new ExponentialBackoff({
      generator: noJitterGenerator,
      initialDelay: policy.pauseWhileOpen.first,
      maxDelay: policy.pauseWhileOpen.longest,
    }),
    breaker: new CountBreaker({
      threshold: 0.5,
      size: policy.breaker.calls,
      minimumNumberOfCalls: policy.breaker.atLeast,
    }),
  });
  const places = bulkhead(policy.parallel, policy.waiting);

  function askAgain<T>(call: () => Promise<T>, { signal, isNearlyOver }: Patience): Promise<T> {
    // Drivers and database servers end a call at about its time-out, too: then there is no time for another one.
    const isWorthAnother = (error: unknown) => error instanceof DirectoryUnreachable && !isNearlyOver();
    return retry(handleWhen(isWorthAnother), {
      maxAttempts: policy.retries,
      // Jitter is the library's default: processes that failed together do not come back together.
      backoff: new ExponentialBackoff({ initialDelay: policy.retryPause, maxDelay: policy.retryPause * 10 }),
    }).execute(call, signal);
  }

  tellChanges(breaker, { name, log });
  onBreaker?.('closed');
  breaker.onStateChange((state) => onBreaker?.(breakerStates[state]));
  return {
    async run(call, { repeatable }) {
      try {
        const ask = (patience: Patience) => (repeatable ? askAgain(call, patience) : call());
        return await breaker.execute(() =>
          within(policy.timeout, (patience) =>
            places.execute(() => until(patience.signal, ask(patience)), patience.signal),
          ),
        );
      } catch (error) {
        throw toParleyError(error, name, policy);
      }
    },
  };
}

const breakerStates: Record<CircuitState, BreakerState> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half_open',
  [CircuitState.Isolated]: 'open',
};

/** Once per change: a breaker that tries in vain and opens again is no news. */
function tellChanges(
  breaker: ReturnType<typeof circuitBreaker>,
  { name, log }: Pick<CallGuardOptions, 'name' | 'log'>,
): void {
  let isDown = false;
  breaker.onBreak((reason) => {
    if (isDown) return;
    isDown = true;
    log.error({ detail: detailOf(reason) }, `the ${name} does not answer: it is asked now and then only`);
  });
  breaker.onReset(() => {
    isDown = false;
    log.info(`the ${name} answers again`);
  });
}

function detailOf(reason: object): string {
  const error = 'error' in reason ? reason.error : undefined;
  if (isOutOfPatience(error)) return 'no answer in time';
  return error instanceof ParleyError ? error.message : 'unknown reason';
}

function toParleyError(error: unknown, name: string, policy: ResiliencePolicy): unknown {
  if (error instanceof BrokenCircuitError)
    return new ParleyError('directory_unavailable', `the ${name} is not asked: it did not answer before`, {
      cause: error,
    });
  if (error instanceof BulkheadRejectedError)
    return new ParleyError('directory_unavailable', `too many calls wait for the ${name}`, { cause: error });
  if (isOutOfPatience(error))
    return new DirectoryUnreachable(`the ${name} did not answer within ${policy.timeout} ms`, error);
  return error;
}
