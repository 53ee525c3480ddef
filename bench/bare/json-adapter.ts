import type { Redis } from 'ioredis';
import type { Adapter, AdapterPayload } from 'oidc-provider';

/**
 * The adapter that most people would write for oidc-provider on Redis: JSON under one key, a hash where a record can
 * be consumed, a list of keys for each grant. It is what Parley is compared with, and has the faults that
 * docs/architecture.md names: nothing decides between two parallel uses of a code.
 */
const consumable = new Set(['AuthorizationCode', 'RefreshToken', 'PushedAuthorizationRequest']);
const grantable = new Set(['AccessToken', 'AuthorizationCode', 'RefreshToken']);

export function createJsonAdapter(redis: Redis): (model: string) => Adapter {
  return (model) => {
    const keyOf = (id: string) => `bare:${model}:${id}`;
    const isConsumable = consumable.has(model);

    async function find(id: string): Promise<AdapterPayload | undefined> {
      if (!isConsumable) {
        const text = await redis.get(keyOf(id));
        return text === null ? undefined : JSON.parse(text);
      }
      const { payload, ...rest } = await redis.hgetall(keyOf(id));
      return payload === undefined ? undefined : { ...rest, ...JSON.parse(payload) };
    }
    async function findBy(index: string, value: string): Promise<AdapterPayload | undefined> {
      const id = await redis.get(`bare:${index}:${value}`);
      return id === null ? undefined : find(id);
    }
    return {
      async upsert(id, payload, expiresIn) {
        const key = keyOf(id);
        const commands = redis.multi();
        if (isConsumable) commands.hset(key, { payload: JSON.stringify(payload) });
        else commands.set(key, JSON.stringify(payload));
        if (expiresIn) commands.expire(key, expiresIn);
        if (grantable.has(model) && payload.grantId) {
          const grant = `bare:grant:${payload.grantId}`;
          commands.rpush(grant, key);
          // The list must live as long as its longest member; to GT, one without an end lives longest.
          commands.expire(grant, expiresIn ?? 0, 'NX');
          commands.expire(grant, expiresIn ?? 0, 'GT');
        }
        if (payload.uid) {
          commands.set(`bare:uid:${payload.uid}`, id);
          if (expiresIn) commands.expire(`bare:uid:${payload.uid}`, expiresIn);
        }
        await commands.exec();
      },
      find,
      findByUid: (uid) => findBy('uid', uid),
      findByUserCode: (userCode) => findBy('userCode', userCode),
      async consume(id) {
        await redis.hset(keyOf(id), 'consumed', Math.floor(Date.now() / 1000));
      },
      async destroy(id) {
        await redis.del(keyOf(id));
      },
      async revokeByGrantId(grantId) {
        const members = await redis.lrange(`bare:grant:${grantId}`, 0, -1);
        await redis.del(`bare:grant:${grantId}`, ...members);
      },
    };
  };
}
