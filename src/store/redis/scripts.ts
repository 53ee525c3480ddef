import type { Redis } from 'ioredis';
import type { ConsumeOutcome, SaveOutcome } from '../contract.ts';

/**
 * What Redis must do in one step. Each script touches the one key it is given, and takes the time from the
 * server: several processes with different clocks agree on what has expired.
 */

const nowInMilliseconds = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/** A sorted set by expiry forgets what has expired and then lives as long as its last member. */
const liveAsLongAsLongest = `
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
local last = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')
if last[2] == 'inf' then
  redis.call('PERSIST', KEYS[1])
elseif last[2] then
  redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', tonumber(last[2])))
end
`;

const lua = {
  /** payload, indexes, lifetime in ms or '', 'once' or '' → [outcome, the indexes that stood before] */
  parleyUpsert: `
local old = redis.call('HMGET', KEYS[1], 'tombstone', 'payload', 'indexes')
if old[1] then return {'dropped', false} end
if old[2] and ARGV[4] == 'once' then return {'exists', old[3]} end
redis.call('HSET', KEYS[1], 'payload', ARGV[1], 'indexes', ARGV[2])
if ARGV[3] == '' then redis.call('PERSIST', KEYS[1]) else redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
return {'saved', old[3]}`,

  parleyConsume: `
local record = redis.call('HMGET', KEYS[1], 'payload', 'consumed')
if not record[1] then return 'unknown' end
if record[2] then return 'lost' end
redis.call('HSET', KEYS[1], 'consumed', redis.call('TIME')[1])
return 'consumed'`,

  /** lifetime of the tombstone in ms or '' → the indexes that stood before */
  parleyDestroy: `
local indexes = redis.call('HGET', KEYS[1], 'indexes')
redis.call('DEL', KEYS[1])
if ARGV[1] ~= '' then
  redis.call('HSET', KEYS[1], 'tombstone', '1')
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
end
return indexes`,

  /** member, lifetime in ms or '', 'extend' (never shorten) or '' */
  parleyAddMember: `${nowInMilliseconds}
local expiry = 'inf'
if ARGV[2] ~= '' then expiry = string.format('%.0f', now + tonumber(ARGV[2])) end
if ARGV[3] == 'extend' then
  redis.call('ZADD', KEYS[1], 'GT', expiry, ARGV[1])
else
  redis.call('ZADD', KEYS[1], expiry, ARGV[1])
end
${liveAsLongAsLongest}`,

  /** members… */
  parleyRemoveMembers: `${nowInMilliseconds}
redis.call('ZREM', KEYS[1], unpack(ARGV))
${liveAsLongAsLongest}`,

  parleyMembers: `${nowInMilliseconds}
return redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. string.format('%.0f', now), '+inf')`,

  /** value, lifetime in ms or '' → 1 when the key holds this value */
  parleyRefreshIfEqual: `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[2] == '' then redis.call('PERSIST', KEYS[1]) else redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 1`,

  parleyDeleteIfEqual: `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`,

  /** window in ms → count */
  parleyIncrement: `
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return count`,

  parleyDecrement: `
local count = tonumber(redis.call('GET', KEYS[1]) or '0')
if count > 0 then redis.call('DECR', KEYS[1]) end
return 0`,

  parleyPutLink: `
local stored = redis.call('GET', KEYS[1])
if stored then return stored end
redis.call('SET', KEYS[1], ARGV[1])
return ARGV[1]`,

  /** expected text, new text → 1 when replaced */
  parleyReplaceIfEqual: `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1`,

  /** epoch seconds, lifetime in ms; neither ever shrinks */
  parleySetNotBefore: `
local stored = redis.call('GET', KEYS[1])
local lifetime = math.max(tonumber(ARGV[2]), redis.call('PTTL', KEYS[1]))
local moment = ARGV[1]
if stored and tonumber(stored) > tonumber(moment) then moment = stored end
redis.call('SET', KEYS[1], moment, 'PX', string.format('%.0f', lifetime))`,
};

/** Milliseconds, or '' for ever. */
export type Lifetime = number | '';

interface Scripts {
  parleyUpsert(
    key: string,
    payload: string,
    indexes: string,
    lifetime: Lifetime,
    mode: 'once' | '',
  ): Promise<[outcome: SaveOutcome, indexes: string | null]>;
  parleyConsume(key: string): Promise<ConsumeOutcome>;
  parleyDestroy(key: string, tombstoneLifetime: Lifetime): Promise<string | null>;
  parleyAddMember(key: string, member: string, lifetime: Lifetime, mode: 'extend' | ''): Promise<unknown>;
  parleyRemoveMembers(key: string, ...members: string[]): Promise<unknown>;
  parleyMembers(key: string): Promise<string[]>;
  parleyRefreshIfEqual(key: string, value: string, lifetime: Lifetime): Promise<number>;
  parleyDeleteIfEqual(key: string, value: string): Promise<number>;
  parleyIncrement(key: string, window: number): Promise<number>;
  parleyDecrement(key: string): Promise<unknown>;
  parleyPutLink(key: string, link: string): Promise<string>;
  parleyReplaceIfEqual(key: string, expected: string, value: string): Promise<number>;
  parleySetNotBefore(key: string, epochSeconds: number, lifetime: number): Promise<unknown>;
}

export type ScriptedRedis = Redis & Scripts;

/** Sent by their hash, and as text only to a server that does not know them yet. */
export function defineScripts(client: Redis): asserts client is ScriptedRedis {
  for (const [name, text] of Object.entries(lua)) client.defineCommand(name, { numberOfKeys: 1, lua: text });
}
