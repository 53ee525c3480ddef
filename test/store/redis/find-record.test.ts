import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connect, type Connection } from '../../../src/store/redis/connection.ts';
import { createPointers } from '../../../src/store/redis/find-record.ts';
import { createBrandKeys, defaultPrefix, layouts } from '../../../src/store/redis/keys.ts';
import { createRedisStore } from '../../../src/store/redis-store.ts';
import { describeWith } from '../../support/availability.ts';
import { type RedisServer, startRedis } from '../../support/redis-server.ts';

describeWith('redis-server', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  test('a session is found by its uid, also where the node of the uid answers later than a save takes', async () => {
    const store = createRedisStore({ url: server.url, timeout: 20_000 });
    const connection = connect({ url: server.url, timeout: 20_000 });
    const keys = createBrandKeys(defaultPrefix, 'acme', layouts[2]);
    const key = keys.uid('Session', 'u');
    const { promise: isAnswering, resolve: answer } = Promise.withResolvers<void>();
    const run: Connection['run'] = async (command) => {
      if (command.key === key) await isAnswering;
      return connection.run(command);
    };
    try {
      const pointers = createPointers({ connection: { ...connection, run }, keys });
      pointers.note(key, 'id');
      const found = pointers.find({ model: 'Session', key, holds: { uid: 'u' } });
      // On the other node nothing stands yet: this answer comes first.
      await connection.masters().then(([redis]) => redis?.ping());
      await store.forBrand('acme').upsert('Session', 'id', { uid: 'u' }, 60);
      answer();
      expect(await found).toMatchObject({ uid: 'u' });
    } finally {
      await connection.close();
      await store.close();
    }
  });
});
