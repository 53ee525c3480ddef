import type { Adapter, AdapterPayload } from 'oidc-provider';

/**
 * A store that costs next to nothing and forgets nothing: what a request takes with it is taken by the library. Nothing
 * built on the library can take less than that without leaving the library out.
 */
export function createMemoryAdapter(): (model: string) => Adapter {
  const records = new Map<string, AdapterPayload>();
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
