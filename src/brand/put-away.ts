/** Something that is made when somebody needs it, and let go of when nobody has for a while. */
export interface PutAway<T> {
  /** Makes it first where it is not there; whoever comes meanwhile waits for the same one. It stays for as long as the work. */
  use<R>(work: (thing: T) => Promise<R>): Promise<R>;
  /** Lets go of it, unless it is in use or was since. @param since epoch milliseconds */
  putAway(since: number): void;
  isThere(): boolean;
}

/** @param now epoch milliseconds */
export function createPutAway<T>(make: () => Promise<T>, now: () => number): PutAway<T> {
  let thing: Promise<T> | undefined;
  let users = 0;
  let usedAt = 0;

  function load(): Promise<T> {
    thing ??= make().catch((error: unknown) => {
      // Whoever comes next tries again.
      thing = undefined;
      throw error;
    });
    return thing;
  }

  return {
    async use(work) {
      users += 1;
      try {
        return await work(await load());
      } finally {
        users -= 1;
        usedAt = now();
      }
    },
    putAway(since) {
      if (users === 0 && usedAt < since) thing = undefined;
    },
    isThere: () => thing !== undefined,
  };
}
