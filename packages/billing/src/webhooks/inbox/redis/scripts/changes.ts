/** What becomes of a delivery: it is stored, its claim ends, or a dead one is released. */
import { COMMON } from "./common.js";

/**
 * Runs out of memory too, since it frees some. Answers "settled" again to a client that lost the answer.
 *
 * ARGV: id, token, status, retentionMs, error, pauseMs, newestAtMs.
 */
export const SETTLE: string = `#!lua flags=allow-oom
${COMMON}
local id, token, status, retention_ms, error_text = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5]
if redis.call('HGET', holders, id) ~= token then
  return {score(settled, token) and 'settled' or 'lost'}
end
local object = read_facts(id)
forget_holder(id)
redis.call('ZREM', leases, id)
if object ~= '' and redis.call('HGET', objects, object) == id then redis.call('HDEL', objects, object) end
if status == 'handled' then
  forget(id)
  redis.call('ZADD', handled, now + retention_ms, id)
  if object ~= '' then redis.call('ZADD', newest, 'GT', ARGV[7], object) end
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
local kept = is_kept(id)
if is_dead(id, tonumber(ARGV[5])) then return {'dead'} end
if not kept then keep(id, object, created, body) end
return {'stored'}
`;

/** ARGV: id. */
export const RELEASE: string = `#!lua
${COMMON}
local id = ARGV[1]
if is_held(id) or redis.call('ZREM', dead, id) == 0 or not is_whole(id) then return {'absent'} end
local _, created = read_facts(id)
forget_holder(id)
redis.call('ZREM', leases, id)
redis.call('HDEL', attempts, id)
redis.call('HDEL', errors, id)
redis.call('ZADD', open, created, id)
redis.call('ZADD', due, now, id)
return {'released'}
`;
