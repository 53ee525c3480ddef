import { type Script, script } from './command.ts';
import { type Lifetime, nowInMilliseconds } from './scripts.ts';
import { beginning } from './whereabouts.ts';

/**
 * What Redis does in one step with what stands under a session's uid: `<id> <grant> <grant> …` (whereabouts.ts). The key
 * lives as long as the longest of them: who looks for a session that is over finds no record.
 */

const read = `
local text = redis.call('GET', KEYS[1])
local id, grants = string.match(text or '', '^([^ ]*)(.*)$')
local hasEnded = string.byte(id) == 33
`;

/** Never for a shorter time than it has. */
const write = `
local function write(id, grants, lifetime)
  local left = redis.call('PTTL', KEYS[1])
  if lifetime == '' or left == -1 then
    redis.call('SET', KEYS[1], id .. grants)
  elseif left >= tonumber(lifetime) then
    redis.call('SET', KEYS[1], id .. grants, 'KEEPTTL')
  else
    redis.call('SET', KEYS[1], id .. grants, 'PX', lifetime)
  end
end
`;

const lengthen = `
local function lengthen(lifetime)
  local left = redis.call('PTTL', KEYS[1])
  if lifetime == '' then
    redis.call('PERSIST', KEYS[1])
  elseif left ~= -1 and left < tonumber(lifetime) then
    redis.call('PEXPIRE', KEYS[1], lifetime)
  end
end
`;

/** id, lifetime in ms or '' → whether the uid leads to this id; if so, it lives as long at least */
export const followUid: Script<[id: string, lifetime: Lifetime], 'here' | 'elsewhere' | 'ended'> = script(`
${lengthen}
local id = string.match(redis.call('GETRANGE', KEYS[1], 0, ${beginning - 1}), '^[^ ]*')
if string.byte(id) == 33 then return 'ended' end
if id ~= ARGV[1] then return 'elsewhere' end
lengthen(ARGV[2])
return 'here'`);

/** id, lifetime in ms or ''; where the session has ended nothing changes */
export const leadUid: Script<[id: string, lifetime: Lifetime], 'here' | 'ended'> = script(`
${read}
${write}
if hasEnded then return 'ended' end
write(ARGV[1], grants, ARGV[2])
return 'here'`);

/** id; nothing changes where the uid leads to another, or the session has ended */
export const leaveUid: Script<[id: string], unknown> = script(`
${read}
if id ~= ARGV[1] then return end
if grants == '' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], grants, 'KEEPTTL') end`);

/** lifetime in ms or '' */
export const endUid: Script<[lifetime: Lifetime], unknown> = script(`
${read}
${write}
write(hasEnded and id or '!' .. id, grants, ARGV[1])`);

const eachGrant = "' (%x%x%x%x%x%x%x%x)([^ ]*)'";

/**
 * A grant as it is to stand there, with its space; lifetime in ms or ''; the second of the epoch that it is now. All by the
 * sender's clock, because what a script computes takes longer than what it writes (`joinGrant`): each grant lives for days, and
 * what a session gave ends with the session whether it is listed or not. The expired leave once the first, which is the oldest,
 * has expired. A short text is written anew, in just the bytes that it needs; a long one is not even looked at beyond its first
 * grant. Compared as numbers: the order of texts is that of the server's language.
 */
export const addGrant: Script<[grant: string, lifetime: Lifetime, now: number], unknown> = script(`
${write}
${lengthen}
local text = redis.call('GETRANGE', KEYS[1], 0, ${beginning * 2 - 1})
local space = string.find(text, ' ', 1, true)
local now = tonumber(ARGV[3])
if space and tonumber(string.sub(text, space + 1, space + 8), 16) <= now then
  text = string.gsub(redis.call('GET', KEYS[1]), ${eachGrant}, function(expiry)
    if tonumber(expiry, 16) <= now then return '' end
  end)
elseif #text == ${beginning * 2} then
  redis.call('APPEND', KEYS[1], ARGV[1])
  return lengthen(ARGV[2])
end
write(text, ARGV[1], ARGV[2])`);

/** name */
export const removeGrant: Script<[name: string], unknown> = script(`
${read}
if not text then return end
local left = string.gsub(grants, ${eachGrant}, function(_, name)
  if name == ARGV[1] then return '' end
end)
if id .. left == '' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], id .. left, 'KEEPTTL') end`);

/** → those that have not expired, as `<expiry><name>` */
export const listGrants: Script<[], string[]> = script(`
${read}
${nowInMilliseconds}
local found = {}
for expiry, name in string.gmatch(grants, ${eachGrant}) do
  if tonumber(expiry, 16) * 1000 > now then found[#found + 1] = expiry .. name end
end
return found`);
