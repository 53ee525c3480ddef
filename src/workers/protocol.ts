/** What the supervising process and its workers say to each other. */

/** From a worker: it listens. */
export const readyMessage = 'parley:ready';

/** To a worker: end running requests, then yourself. */
export const drainMessage = 'parley:drain';

/** To a worker: read the configuration again. From a worker: all shall. */
export const reloadMessage = 'parley:reload';

/** To a worker: log this from now on. From a worker: all shall. */
export interface LoggingOrder<Settings> {
  type: 'parley:logging';
  settings: Settings;
}

export function isLoggingOrder<Settings>(message: unknown): message is LoggingOrder<Settings> {
  return (message as Partial<LoggingOrder<Settings>> | null)?.type === 'parley:logging';
}

/** To a worker: say what you have measured. */
export interface MeasureOrder {
  type: 'parley:measure';
  round: number;
}

/** From a worker: the answer, or without an order its last words. */
export interface Measurement<Report> {
  type: 'parley:measured';
  round: number | undefined;
  report: Report;
}

export function isMeasureOrder(message: unknown): message is MeasureOrder {
  return (message as Partial<MeasureOrder> | null)?.type === 'parley:measure';
}

export function isMeasurement<Report>(message: unknown): message is Measurement<Report> {
  return (message as Partial<Measurement<Report>> | null)?.type === 'parley:measured';
}
