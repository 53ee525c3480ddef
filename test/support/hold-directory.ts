import type { RunningParley } from './start-parley.ts';

/**
 * Holds one of the directory's next answers, so that the request that asked surely ends after what happens meanwhile.
 *
 * @param request begins the request and answers its response
 * @param question which of the request's questions waits: 1 is the first
 */
export async function whileDirectoryIsAsked(
  parley: RunningParley,
  request: () => Promise<Response>,
  meanwhile: () => Promise<unknown>,
  question = 1,
): Promise<Response> {
  const directory = parley.server.sites[0]?.directory;
  if (!directory) throw new Error('no brand is served');
  const find = directory.findAccount;
  const gate = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  let asked = 0;
  directory.findAccount = async (id, options) => {
    asked += 1;
    if (asked === question) {
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
