import { DEFAULT_SCHEMA, quoteSchema } from "./migrations.js";

/**
 * The statements of the inbox. All times are the database's: `clock_timestamp()` where one is set,
 * `statement_timestamp()` where one is compared, because an index cannot be searched for a clock that moves.
 */
export type Statements = ReturnType<typeof writeStatements>;

/** Waits for the disk, even where the application's sessions do not. */
const DURABLE = `SELECT set_config('synchronous_commit',
    CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, true)`;

const DELIVERY = "id, event_type, object, created_at_ms, body";

export function writeStatements(schema: string = DEFAULT_SCHEMA) {
  const quoted = quoteSchema(schema);
  const pending = `${quoted}.pending`;
  const handled = `${quoted}.handled`;
  const objects = `${quoted}.objects`;

  const lease = (value: string) => `clock_timestamp() + ${value}::bigint * interval '1 millisecond'`;
  const isFree = "(token IS NULL OR due_at <= statement_timestamp())";

  const isOfMode = "($1::text = '' OR left(id, 5) = $1::text)";

  return {
    version: `SELECT max(version) AS version, current_setting('server_encoding') AS encoding FROM ${quoted}.migrations`,

    /** Claims a delivery that was never seen. False: it is handled or pending, or its object is at work. */
    claimNew: `SELECT ${quoted}.claim_new($1, $2, $3, $4::bigint, $5, $6::uuid, $7::bigint)::text AS claimed`,

    /** Claims a delivery that was seen before, buries it if its attempts are used up, and tells what it is. */
    claimSeen: `WITH durable AS MATERIALIZED (${DURABLE}), free AS MATERIALIZED (
  SELECT id, attempts FROM ${pending} WHERE id = $1 AND died_at IS NULL AND ${isFree} FOR UPDATE SKIP LOCKED
), claimed AS (
  UPDATE ${pending} p SET token = gen_random_uuid(), attempts = p.attempts + 1, due_at = ${lease("$2")}, waits_since = NULL
  FROM free, durable WHERE p.id = free.id AND free.attempts < $3::integer
  RETURNING p.token, p.attempts
), buried AS (
  UPDATE ${pending} p SET died_at = clock_timestamp(), token = NULL, waits_since = NULL
  FROM free, durable WHERE p.id = free.id AND free.attempts >= $3::integer
  RETURNING p.attempts
)
SELECT (SELECT token::text FROM claimed) AS token,
  coalesce((SELECT attempts FROM claimed), (SELECT attempts FROM buried), p.attempts) AS attempts,
  EXISTS (SELECT FROM buried) OR p.died_at IS NOT NULL AS dead,
  p.id IS NOT NULL AND NOT EXISTS (SELECT FROM free) AS held,
  EXISTS (SELECT FROM ${handled} WHERE id = $1) AS handled
FROM (VALUES (1)) AS one LEFT JOIN ${pending} p ON p.id = $1`,

    /** Claims a dead delivery, which stays dead until it is settled. */
    claimDead: `WITH free AS MATERIALIZED (
  SELECT id FROM ${pending} WHERE id = $1 AND died_at IS NOT NULL AND ${isFree} FOR UPDATE SKIP LOCKED
), claimed AS (
  UPDATE ${pending} p SET token = gen_random_uuid(), attempts = p.attempts + 1, due_at = ${lease("$2")}
  FROM free WHERE p.id = free.id RETURNING p.token, p.attempts
)
SELECT ${DELIVERY}, (SELECT token::text FROM claimed) AS token, coalesce((SELECT attempts FROM claimed), attempts) AS attempts
FROM ${pending} WHERE id = $1 AND died_at IS NOT NULL`,

    /**
     * Claims the delivery that has been due longest and whose object is not at work; buries it if it has no attempt left.
     * A row of nulls: others were in the way, and there may be more behind them.
     */
    claimNext: `SELECT ${DELIVERY}, token::text, attempts FROM ${quoted}.claim_next($1::bigint, $2::integer, $3)`,

    /** Frees an object, a delivery's or the one named, whose holder's lease is over and whose transaction is gone. */
    freeObject: `UPDATE ${pending} SET token = NULL WHERE id IN (
  SELECT id FROM ${pending} WHERE object = coalesce($2, (SELECT object FROM ${pending} WHERE id = $1))
    AND token IS NOT NULL AND due_at <= statement_timestamp()
  FOR UPDATE SKIP LOCKED)`,

    /** Frees dead deliveries whose holder died while requeueing them. */
    freeDead: `UPDATE ${pending} SET token = NULL WHERE id IN (
  SELECT id FROM ${pending} WHERE died_at IS NOT NULL AND token IS NOT NULL AND due_at <= statement_timestamp()
  FOR UPDATE SKIP LOCKED)`,

    /**
     * Opens the work's transaction: locks the delivery if the claim still holds it, so that nobody takes it over while
     * this session lives, and has the server end the session when it is silent for the lease. Removes the delivery if it
     * was handled.
     */
    fence: `SELECT ${quoted}.fence($1, $2::uuid, $3::bigint) AS opened`,

    /** Closes it: the delivery leaves \`pending\` for \`handled\`, or it fails if this is not the transaction that the fence opened. */
    settle: `SELECT ${quoted}.settle($1, $2::uuid, $3, $4, $5::bigint)::text`,

    /** Ends a claim that did not come to its end. Null: it was settled, or lost to another. */
    fail: `SELECT ${quoted}.fail($1, $2::uuid, $3, $4, $5::integer) AS dead`,

    /** Whether a delivery was handled, and by this transaction. */
    isHandledBy: `SELECT CASE WHEN EXISTS (SELECT FROM ${handled} WHERE id = $1)
  THEN pg_xact_status($2::text::xid8) = 'committed' END AS handled`,

    /** Stores a delivery for whoever takes it up, unless it is there. */
    store: `SELECT ${quoted}.store($1, $2, $3, $4::bigint, $5) AS found`,

    find: `SELECT ${DELIVERY} FROM ${pending} WHERE id = $1`,

    /** Writes to the log and waits for the disk, and so for all that was committed before, such as another's claim. */
    flush: `WITH durable AS MATERIALIZED (${DURABLE}) SELECT pg_logical_emit_message(true, 'billing', '')::text FROM durable`,

    release: `UPDATE ${pending} SET died_at = NULL, token = NULL, attempts = 0, due_at = clock_timestamp()
WHERE id = $1 AND died_at IS NOT NULL AND ${isFree} RETURNING id`,

    listDead: `SELECT id, event_type, attempts, last_error, (extract(epoch FROM died_at) * 1000)::bigint AS died_at_ms
FROM ${pending} WHERE died_at IS NOT NULL ORDER BY died_at LIMIT $1::bigint`,

    stats: `SELECT count(*) FILTER (WHERE died_at IS NULL AND token IS NOT NULL) AS held,
  count(*) FILTER (WHERE died_at IS NULL AND token IS NULL) AS waiting,
  count(*) FILTER (WHERE died_at IS NOT NULL) AS dead,
  min(created_at_ms) FILTER (WHERE died_at IS NULL) AS oldest_at_ms
FROM ${pending}`,

    /** What is parked may be woken at any time. */
    nextDue: `SELECT CASE WHEN EXISTS (SELECT FROM ${pending} WHERE waits_since IS NOT NULL AND ${isOfMode}) THEN 0
  ELSE ceil(extract(epoch FROM min(due_at) - clock_timestamp()) * 1000)::bigint END AS due_in_ms
FROM ${pending} WHERE died_at IS NULL AND ${isOfMode}`,

    forgetHandled: `DELETE FROM ${handled} WHERE id IN (
  SELECT id FROM ${handled} WHERE handled_at < statement_timestamp() - $1::bigint * interval '1 millisecond'
  ORDER BY handled_at LIMIT $2::bigint FOR UPDATE SKIP LOCKED) RETURNING 1`,

    /** Looks at some objects, in the order of their hashes after $1, and forgets those without news. Tells the last. */
    forgetObjects: `WITH looked_at AS MATERIALIZED (
  SELECT object_hash, newest_at_ms FROM ${objects} WHERE object_hash > $1::bigint ORDER BY object_hash LIMIT $3::bigint
), forgotten AS (
  DELETE FROM ${objects} o USING looked_at WHERE o.object_hash = looked_at.object_hash
    AND o.newest_at_ms < extract(epoch FROM statement_timestamp() - $2::bigint * interval '1 millisecond') * 1000
)
SELECT count(*) AS seen, max(object_hash)::text AS last FROM looked_at`,
  };
}
