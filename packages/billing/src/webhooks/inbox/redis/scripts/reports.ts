import { COMMON } from "./common.js";

/** ARGV: id. Answers the body, or "" when it is not kept. */
export const FIND: string = `#!lua
${COMMON}
return {redis.call('HGET', bodies, ARGV[1]) or ''}
`;

/** ARGV: limit. Five texts for each: id, body, attempts, diedAtMs, error or "". */
export const LIST_DEAD: string = `#!lua
${COMMON}
local texts = {}
for _, id in ipairs(redis.call('ZRANGE', dead, 0, tonumber(ARGV[1]) - 1)) do
  if is_whole(id) then
    table.insert(texts, id)
    table.insert(texts, redis.call('HGET', bodies, id))
    table.insert(texts, redis.call('HGET', attempts, id) or '0')
    table.insert(texts, redis.call('ZSCORE', dead, id))
    table.insert(texts, redis.call('HGET', errors, id) or '')
  end
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
