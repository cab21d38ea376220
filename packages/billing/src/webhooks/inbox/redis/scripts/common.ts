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

/** Stands before each script, after its shebang. */
export const COMMON: string = `
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

-- An object's id may hold spaces: whoever made the object may have chosen it, as that of a plan or a coupon.
local function read_facts(id)
  local object, created = string.match(redis.call('HGET', facts, id) or ' 0', '^(.*) (%S+)$')
  return object, created
end

-- What is left of a delivery where the server evicted a key cannot be handled; it is kept anew when it comes again.
local function is_whole(id)
  return redis.call('HEXISTS', bodies, id) == 1 and redis.call('HEXISTS', facts, id) == 1
end

local function is_object_held(object, id)
  local holder = object ~= '' and redis.call('HGET', objects, object)
  return holder and holder ~= id and is_held(holder)
end

local function forget_holder(id)
  local token = redis.call('HGET', holders, id)
  if token then redis.call('HDEL', holders, id, token) end
end

local function forget(id)
  forget_holder(id)
  for _, key in ipairs({bodies, facts, attempts, errors}) do redis.call('HDEL', key, id) end
  for _, key in ipairs({leases, due, open, dead}) do redis.call('ZREM', key, id) end
end

local function is_kept(id)
  if not (score(open, id) or score(dead, id)) then return false end
  if not is_whole(id) and not is_held(id) then forget(id) end
  return score(dead, id) or score(open, id) and score(due, id)
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

-- Looks at a bounded number, so that many deliveries of objects that are at work cannot hold up the server. Where there
-- may be more behind them, returns where to go on: a score, and how many of that score to pass over.
local function find_due(max_attempts, prefix, from, passed)
  local front = redis.call('ZRANGE', due, from, now, 'BYSCORE', 'LIMIT', passed, 1000, 'WITHSCORES')
  for at = 1, #front, 2 do
    local id = front[at]
    local object = read_facts(id)
    if front[at + 1] ~= from then from, passed = front[at + 1], 0 end
    if string.sub(id, 1, #prefix) ~= prefix then
      passed = passed + 1
    elseif not is_whole(id) then
      forget(id)
    elseif is_held(id) or is_object_held(object, id) then
      passed = passed + 1
    elseif not is_dead(id, max_attempts) then
      return id, object
    end
  end
  if #front == 2000 then return nil, nil, {'more', from, tostring(passed)} end
end

local function forget_expired(key, until_ms)
  local expired = redis.call('ZRANGE', key, '-inf', until_ms, 'BYSCORE', 'LIMIT', 0, 10)
  if #expired > 0 then redis.call('ZREM', key, unpack(expired)) end
end
`;
