import { LRUCache } from 'lru-cache';
import type { Adapter, AdapterPayload } from 'oidc-provider';

/** Records that are kept, of which a consumer who comes back needs a few: the collector of garbage has no growing heap to search. */
const most = 20_000;

/**
 * A store that costs next to nothing: what a request takes with it is taken by the library. Nothing built on the library can
 * take much less than that without leaving the library out.
 */
export function createMemoryAdapter(): (model: string) => Adapter {
  const records = new LRUCache<string, AdapterPayload>({ max: most });
  return (model) => {
    const keyOf = (id: string) => `${model}:${id}`;
    return {
      async upsert(id, payload) {
        records.set(keyOf(id), payload);
        if (payload.uid) records.set(`uid:${payload.uid}`, payload);
      },
      find: async (id) => records.get(keyOf(id)),
      findByUid: async (uid) => records.get(`uid:${uid}`),
      findByUserCode: async () => undefined,
      async consume(id) {
        Object.assign(records.get(keyOf(id)) ?? {}, { consumed: true });
      },
      async destroy(id) {
        records.delete(keyOf(id));
      },
      revokeByGrantId: async () => {},
    };
  };
}
