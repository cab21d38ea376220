/**
 * The steps of the store, each one script and so atomic. They name no key but those passed in, begin with a shebang, so
 * that Redis refuses a key of another slot, and take the time from the server.
 *
 * A delivery that is not handled has a member in `open` or `dead`, and fields in `bodies`, `facts` and `attempts`. It is
 * held while its lease in `leases` ends later than now. `holders` has the token of each holder by delivery, and the
 * delivery by token. `due` orders what waits; a held delivery is due when its lease ends.
 */
export const KEY_NAMES = [
  "bodies",
  "facts",
  "attempts",
  "errors",
  "holders",
  "leases",
  "due",
  "open",
  "dead",
  "handled",
  "objects",
  "newest",
  "settled",
] as const;

const COMMON = `
local ${KEY_NAMES.join(", ")} = unpack(KEYS)
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)

local function score(key, member)
  return tonumber(redis.call('ZSCORE', key, member) or nil)
end

local function is_handled(id)
  return (score(handled, id) or 0) > now
end

local function is_held(id)
  return (score(leases, id) or 0) > now
end

local function read_facts(id)
  local object, created = string.match(redis.call('HGET', facts, id) or '', '^(%S*) (%d+)$')
  return object, created
end

local function is_object_held(object, id)
  local holder = object ~= '' and redis.call('HGET', objects, object)
  return holder and holder ~= id and is_held(holder)
end

local function forget_holder(id)
  local token = redis.call('HGET', holders, id)
  if token then redis.call('HDEL', holders, id, token) end
end

-- Also a delivery whose last attempt ended with its holder is dead; whoever finds it says so.
local function is_dead(id, max_attempts)
  if score(dead, id) then return true end
  local attempt = tonumber(redis.call('HGET', attempts, id) or 0)
  if attempt < max_attempts or is_held(id) then return false end
  forget_holder(id)
  redis.call('ZREM', leases, id)
  redis.call('ZREM', due, id)
  redis.call('ZREM', open, id)
  redis.call('ZADD', dead, now, id)
  return true
end

local function keep(id, object, created, body)
  redis.call('HSET', bodies, id, body)
  redis.call('HSET', facts, id, object .. ' ' .. created)
  redis.call('ZADD', open, created, id)
  redis.call('ZADD', due, now, id)
end

local function describe_claim(id, object)
  local newest_at = object ~= '' and redis.call('ZSCORE', newest, object) or ''
  return {'claimed', redis.call('HGET', attempts, id), newest_at, redis.call('HGET', bodies, id)}
end

local function begin(id, object, token, lease_ms)
  forget_holder(id)
  if object ~= '' then
    local before = redis.call('HGET', objects, object)
    -- What held the object before, and lost its lease, must not be settled any more.
    if before and before ~= id then forget_holder(before) end
    redis.call('HSET', objects, object, id)
  end
  redis.call('HSET', holders, id, token, token, id)
  redis.call('ZADD', leases, now + lease_ms, id)
  if not score(dead, id) then redis.call('ZADD', due, now + lease_ms, id) end
  redis.call('HINCRBY', attempts, id, 1)
  return describe_claim(id, object)
end

-- A client that lost the answer sends the same claim again.
local function find_repeated(token)
  local id = redis.call('HGET', holders, token)
  if id then return describe_claim(id, (read_facts(id))) end
end

-- Looks at a bounded number, so that many deliveries of objects that are at work cannot hold up the server.
local function find_due(max_attempts)
  for _, id in ipairs(redis.call('ZRANGE', due, '-inf', now, 'BYSCORE', 'LIMIT', 0, 1000)) do
    local object = read_facts(id)
    if not is_held(id) and not is_object_held(object, id) and not is_dead(id, max_attempts) then
      return id, object
    end
  end
end

local function forget_expired(key, until_ms)
  local expired = redis.call('ZRANGE', key, '-inf', until_ms, 'BYSCORE', 'LIMIT', 0, 10)
  if #expired > 0 then redis.call('ZREM', key, unpack(expired)) end
end
`;

/** ARGV: id, object or "", createdAtMs, body, token, leaseMs, maxAttempts. */
export const CLAIM: string = `#!lua
${COMMON}
local id, object, created, body, token = unpack(ARGV)
local lease_ms, max_attempts = tonumber(ARGV[6]), tonumber(ARGV[7])
local repeated = find_repeated(token)
if repeated then return repeated end
if is_handled(id) then return {'duplicate'} end
if is_held(id) then return {'busy'} end
if is_dead(id, max_attempts) then return {'dead', redis.call('HGET', attempts, id)} end
if is_object_held(object, id) then return {'object_busy'} end
if not score(open, id) then keep(id, object, created, body) end
return begin(id, object, token, lease_ms)
`;

/** ARGV: id, token, leaseMs. */
export const CLAIM_DEAD: string = `#!lua
${COMMON}
local id, token, lease_ms = ARGV[1], ARGV[2], tonumber(ARGV[3])
local repeated = find_repeated(token)
if repeated then return repeated end
if not score(dead, id) then return {'absent'} end
if is_held(id) then return {'busy'} end
local object = read_facts(id)
if is_object_held(object, id) then return {'object_busy'} end
return begin(id, object, token, lease_ms)
`;

/** ARGV: token, leaseMs, maxAttempts. */
export const CLAIM_NEXT: string = `#!lua
${COMMON}
local token, lease_ms, max_attempts = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local repeated = find_repeated(token)
if repeated then return repeated end
local id, object = find_due(max_attempts)
if not id then return {'absent'} end
return begin(id, object, token, lease_ms)
`;

/** ARGV: maxAttempts. */
export const HAS_DUE: string = `#!lua
${COMMON}
return {find_due(tonumber(ARGV[1])) and 'due' or 'absent'}
`;

/**
 * Runs out of memory too, since it frees some. Answers "settled" again to a client that lost the answer.
 *
 * ARGV: id, token, status, retentionMs, error, pauseMs.
 */
export const SETTLE: string = `#!lua flags=allow-oom
${COMMON}
local id, token, status, retention_ms, error_text = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5]
if redis.call('HGET', holders, id) ~= token then
  return {score(settled, token) and 'settled' or 'lost'}
end
local object, created = read_facts(id)
forget_holder(id)
redis.call('ZREM', leases, id)
if object ~= '' and redis.call('HGET', objects, object) == id then redis.call('HDEL', objects, object) end
if status == 'handled' then
  redis.call('HDEL', bodies, id)
  redis.call('HDEL', facts, id)
  redis.call('HDEL', attempts, id)
  redis.call('HDEL', errors, id)
  redis.call('ZREM', due, id)
  redis.call('ZREM', open, id)
  redis.call('ZREM', dead, id)
  redis.call('ZADD', handled, now + retention_ms, id)
  if object ~= '' then redis.call('ZADD', newest, 'GT', created, object) end
elseif status == 'dead' then
  redis.call('HSET', errors, id, error_text)
  redis.call('ZREM', due, id)
  redis.call('ZREM', open, id)
  redis.call('ZADD', dead, now, id)
else
  redis.call('HSET', errors, id, error_text)
  redis.call('ZADD', due, now + tonumber(ARGV[6]), id)
end
forget_expired(handled, now)
forget_expired(newest, now - retention_ms)
redis.call('ZREMRANGEBYSCORE', settled, '-inf', now - 60000)
redis.call('ZADD', settled, now, token)
return {'settled'}
`;

/** ARGV: id, object or "", createdAtMs, body, maxAttempts. */
export const STORE: string = `#!lua
${COMMON}
local id, object, created, body = unpack(ARGV)
if is_handled(id) then return {'duplicate'} end
if is_dead(id, tonumber(ARGV[5])) then return {'dead'} end
if not score(open, id) then keep(id, object, created, body) end
return {'stored'}
`;

/** ARGV: id. */
export const RELEASE: string = `#!lua
${COMMON}
local id = ARGV[1]
if redis.call('ZREM', dead, id) == 0 then return {'absent'} end
local _, created = read_facts(id)
redis.call('HDEL', attempts, id)
redis.call('HDEL', errors, id)
redis.call('ZADD', open, created, id)
redis.call('ZADD', due, now, id)
return {'released'}
`;

/** ARGV: limit. Five texts for each: id, body, attempts, diedAtMs, error or "". */
export const LIST_DEAD: string = `#!lua
${COMMON}
local texts = {}
for _, id in ipairs(redis.call('ZRANGE', dead, 0, tonumber(ARGV[1]) - 1)) do
  table.insert(texts, id)
  table.insert(texts, redis.call('HGET', bodies, id))
  table.insert(texts, redis.call('HGET', attempts, id))
  table.insert(texts, redis.call('ZSCORE', dead, id))
  table.insert(texts, redis.call('HGET', errors, id) or '')
end
return texts
`;

/** Answers held, waiting, dead, and when the oldest of the held and waiting was created, or "". */
export const READ_STATS: string = `#!lua
${COMMON}
local held, held_open = 0, 0
for _, id in ipairs(redis.call('ZRANGE', leases, '(' .. now, '+inf', 'BYSCORE')) do
  held = held + 1
  if score(open, id) then held_open = held_open + 1 end
end
local oldest = redis.call('ZRANGE', open, 0, 0, 'WITHSCORES')[2] or ''
return {
  tostring(held),
  tostring(redis.call('ZCARD', open) - held_open),
  tostring(redis.call('ZCARD', dead)),
  oldest,
}
`;
