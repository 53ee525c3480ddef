import type { RunningParley } from './start-parley.ts';

/**
 * Holds the directory's next answer, so that the request that asked surely ends after what happens meanwhile.
 *
 * @param request begins the request and answers its response
 */
export async function whileDirectoryIsAsked(
  parley: RunningParley,
  request: () => Promise<Response>,
  meanwhile: () => Promise<unknown>,
): Promise<Response> {
  const directory = parley.server.sites[0]?.directory;
  if (!directory) throw new Error('no brand is served');
  const find = directory.findAccount;
  const gate = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  let isFirst = true;
  directory.findAccount = async (id, options) => {
    if (isFirst) {
      isFirst = false;
      reached.resolve();
      await gate.promise;
    }
    return find(id, options);
  };
  const response = request();
  try {
    await reached.promise;
    await meanwhile();
  } finally {
    directory.findAccount = find;
    gate.resolve();
  }
  return response;
}
