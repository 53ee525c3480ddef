import type { RuleNumbers } from '../attempt-rules.ts';
import type { ConsumeOutcome } from '../contract.ts';
import { binaryScript, type Script, script } from './command.ts';

/**
 * What Redis must do in one step. Each script touches the one key it is given, and takes the time from the
 * server (but for `joinGrant` and `addGrant`, which say why): several processes with different clocks agree on what has expired.
 */

/** Milliseconds, or '' for ever. */
export type Lifetime = number | '';

export const nowInMilliseconds = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/** Never for a shorter time than `left`, which is what it had before it was written. */
const keepFor = (lifetime: string) => `
if ${lifetime} == '' then
  if left >= 0 then redis.call('PERSIST', KEYS[1]) end
elseif left == -2 or left >= 0 and left < tonumber(${lifetime}) then
  redis.call('PEXPIRE', KEYS[1], ${lifetime})
end
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

/**
 * new text, lifetime in ms or '', 'once' or '' → [outcome, the text that stood before].
 * A record that was consumed stays consumed, whatever a late save of an older copy says (stored-record.ts).
 */
export const upsertRecord: Script<
  [text: string | Buffer, lifetime: Lifetime, mode: 'once' | ''],
  [outcome: Buffer, before: Buffer | null]
> = binaryScript(`
local old = redis.call('GET', KEYS[1])
if old == '-' then return {'dropped', false} end
if old and ARGV[3] == 'once' then return {'exists', old} end
local consumed = old and string.match(old, '^%d+') or ''
local text = consumed .. ARGV[1]
if ARGV[2] == '' then redis.call('SET', KEYS[1], text) else redis.call('SET', KEYS[1], text, 'PX', ARGV[2]) end
return {'saved', old}`);

export const consumeRecord: Script<[], ConsumeOutcome> = script(`
local old = redis.call('GET', KEYS[1])
if not old or old == '-' then return 'unknown' end
if string.match(old, '^%d') then return 'lost' end
redis.call('SET', KEYS[1], redis.call('TIME')[1] .. old, 'KEEPTTL')
return 'consumed'`);

/** lifetime of the tombstone in ms or '' → the text that stood before */
export const destroyRecord: Script<[tombstoneLifetime: Lifetime], Buffer | null> = binaryScript(`
local old = redis.call('GET', KEYS[1])
if ARGV[1] ~= '' then redis.call('SET', KEYS[1], '-', 'PX', ARGV[1]) else redis.call('DEL', KEYS[1]) end
return old`);

/**
 * 'extend' (never shorten) or '', the member, its lifetime in ms or ''. The set lives as long as its longest member; what has
 * expired is forgotten once there is more of it than a few.
 */
export const addMember: Script<[mode: 'extend' | '', member: string, lifetime: Lifetime], unknown> = script(`
${nowInMilliseconds}
local left = redis.call('PTTL', KEYS[1])
local moment = ARGV[3] == '' and 'inf' or now + ARGV[3]
if ARGV[1] == '' then
  redis.call('ZADD', KEYS[1], moment, ARGV[2])
else
  redis.call('ZADD', KEYS[1], 'GT', moment, ARGV[2])
end
${keepFor('ARGV[3]')}
if left ~= -2 and redis.call('ZCARD', KEYS[1]) > 8 then
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
end`);

/**
 * The longest lifetime in ms or '', then for each member the moment at which it expires, in ms or 'inf', and itself. What a
 * script computes takes longer than what it writes, so moments come as they are to stand there, by the sender's clock: one that
 * is wrong may have a member forgotten too soon, of a grant that ends without it too. The index itself lives by the clock of the
 * server, as long as its longest member; what has expired is forgotten once there is more of it than a few.
 */
export const joinGrant: Script<[longest: Lifetime, ...members: (string | number)[]], unknown> = script(`
local left = redis.call('PTTL', KEYS[1])
redis.call('ZADD', KEYS[1], unpack(ARGV, 2))
${keepFor('ARGV[1]')}
if left ~= -2 and redis.call('ZCARD', KEYS[1]) > 8 then
  ${nowInMilliseconds}
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
end`);

/** members… */
export const removeMembers: Script<string[], unknown> = script(`
${nowInMilliseconds}
redis.call('ZREM', KEYS[1], unpack(ARGV))
${liveAsLongAsLongest}`);

export const listMembers: Script<[], string[]> = script(`
${nowInMilliseconds}
return redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. string.format('%.0f', now), '+inf')`);

/** value, lifetime in ms or '' → 1 when the key holds this value */
export const refreshIfEqual: Script<[value: string, lifetime: Lifetime], number> = script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[2] == '' then redis.call('PERSIST', KEYS[1]) else redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 1`);

export const deleteIfEqual: Script<[value: string], number> = script(`
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`);

/** window in ms → count */
export const incrementCounter: Script<[window: number], number> = script(`
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return count`);

export const putLink: Script<[link: string], string> = script(`
local stored = redis.call('GET', KEYS[1])
if stored then return stored end
redis.call('SET', KEYS[1], ARGV[1])
return ARGV[1]`);

/** expected text, new text → 1 when replaced */
export const replaceIfEqual: Script<[expected: string, value: string], number> = script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1`);

/** epoch seconds, lifetime in ms; neither ever shrinks */
export const setNotBefore: Script<[epochSeconds: number, lifetime: number], unknown> = script(`
local stored = redis.call('GET', KEYS[1])
local lifetime = math.max(tonumber(ARGV[2]), redis.call('PTTL', KEYS[1]))
local moment = ARGV[1]
if stored and tonumber(stored) > tonumber(moment) then moment = stored end
redis.call('SET', KEYS[1], moment, 'PX', string.format('%.0f', lifetime))`);

/** The arithmetic of attempt-rules.ts, with the clock of the server. The key holds `count last since`. */
const settledAttempts = `
${nowInMilliseconds}
local free, forget, first, longest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local count, last, since = string.match(redis.call('GET', KEYS[1]) or '', '^(%d+) (%d+) (%d+)$')
count, last, since = tonumber(count or 0), tonumber(last or 0), tonumber(since or now)
local forgotten = math.max(0, math.floor((now - since) / forget))
if forgotten >= count then
  count, since = 0, now
else
  count, since = count - forgotten, since + forgotten * forget
end
local function wait()
  if count < free then return 0 end
  return math.max(0, last + math.min(longest, first * 2 ^ (count - free)) - now)
end
`;

/** a rule → [1 when admitted, attempts, milliseconds to wait]; what is refused writes nothing */
export const takeAttempt: Script<RuleNumbers, [admitted: number, count: number, wait: number]> = script(`
${settledAttempts}
if wait() > 0 then return {0, count, wait()} end
count, last = count + 1, now
redis.call('SET', KEYS[1], string.format('%.0f %.0f %.0f', count, last, since))
redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', since + count * forget))
return {1, count, wait()}`);

export const readAttempts: Script<RuleNumbers, [count: number, wait: number]> = script(`
${settledAttempts}
return {count, wait()}`);

/** The last one leaves nothing behind. */
export const returnAttempt: Script<[], unknown> = script(`
local count, rest = string.match(redis.call('GET', KEYS[1]) or '', '^(%d+)( .*)$')
if count and tonumber(count) > 1 then
  redis.call('SET', KEYS[1], string.format('%.0f', tonumber(count) - 1) .. rest, 'KEEPTTL')
elseif count then
  redis.call('DEL', KEYS[1])
end
return 0`);
