import type { DirectoryWatch } from '../telemetry/contract.ts';

/** Where nobody looks: the command line, and processes without metrics. */
export const unwatched: DirectoryWatch = {
  watchDirectory: (_, directory) => directory,
  watchCall: (_, __, run) => run(),
  breakerChanged() {},
};
