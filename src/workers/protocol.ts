/** What the supervising process and its workers say to each other. */

/** From a worker: it listens. */
export const readyMessage = 'parley:ready';

/** To a worker: end running requests, then yourself. */
export const drainMessage = 'parley:drain';

/** To a worker: read the configuration again. */
export const reloadMessage = 'parley:reload';
