/** Claims, and the look whether there is something to claim. */
import { COMMON } from "./common.js";

/** ARGV: id, object or "", createdAtMs, body, token, leaseMs, maxAttempts. */
export const CLAIM: string = `#!lua
${COMMON}
local id, object, created, body, token = unpack(ARGV)
local lease_ms, max_attempts = tonumber(ARGV[6]), tonumber(ARGV[7])
local repeated = find_repeated(token)
if repeated then return repeated end
if is_handled(id) then return {'duplicate'} end
if is_held(id) then return {'busy'} end
local kept = is_kept(id)
if is_dead(id, max_attempts) then return {'dead', redis.call('HGET', attempts, id)} end
if is_object_held(object, id) then return {'object_busy'} end
if not kept then keep(id, object, created, body) end
return begin(id, object, token, lease_ms)
`;

/** ARGV: id, token, leaseMs. */
export const CLAIM_DEAD: string = `#!lua
${COMMON}
local id, token, lease_ms = ARGV[1], ARGV[2], tonumber(ARGV[3])
local repeated = find_repeated(token)
if repeated then return repeated end
if not score(dead, id) or not is_whole(id) then return {'absent'} end
if is_held(id) then return {'busy'} end
local object = read_facts(id)
if is_object_held(object, id) then return {'object_busy'} end
return begin(id, object, token, lease_ms)
`;

/**
 * Answers "more" and where to go on when there may be something due behind what it looked at.
 *
 * ARGV: score to begin at, how many of that score to pass over, maxAttempts, what ids begin with, token, leaseMs.
 */
export const CLAIM_NEXT: string = `#!lua
${COMMON}
local from, passed, max_attempts, prefix = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local token, lease_ms = ARGV[5], tonumber(ARGV[6])
local repeated = find_repeated(token)
if repeated then return repeated end
local id, object, more = find_due(max_attempts, prefix, from, passed)
if not id then return more or {'absent'} end
return begin(id, object, token, lease_ms)
`;

/** Answers "more" in the same way. ARGV: score to begin at, how many of that score to pass over, maxAttempts, what ids begin with. */
export const HAS_DUE: string = `#!lua
${COMMON}
local id, _, more = find_due(tonumber(ARGV[3]), ARGV[4], ARGV[1], tonumber(ARGV[2]))
return id and {'due'} or more or {'absent'}
`;
