/**
 * For this transaction, also where the application's sessions do not wait. An assignment, here and below, takes Postgres
 * less than half the time of PERFORM.
 */
const WAIT_FOR_DISK = `IF current_setting('synchronous_commit') = 'off' THEN
    setting := set_config('synchronous_commit', 'on', true);
  END IF;`;

/**
 * A session keeps the plans that it made when the tables were almost empty, and so would read all of them ever after. And it
 * would plan anew for every delivery wherever that promises to save a little, which takes longer than all else.
 */
const BY_INDEX = "SET enable_seqscan = off SET plan_cache_mode = force_generic_plan";

/**
 * The delivery, while the claim holds it. As a mere equality of tokens, Postgres might look for it in the index of all that
 * is held, since that is the smaller one while it plans, and read the whole of it ever after.
 */
const HELD = "p.id = delivery AND coalesce(p.token = claim, false)";

/** How many deliveries a claim looks at before it gives up: what waits for its object is parked by so many at once. */
const FRONT = 100;
/** A parked delivery is woken when its object is free. It wakes by itself after so many leases, if its holder died. */
const PARKED_LEASES = 10;
/** Where the object is changing hands, its deliveries are parked for so long. */
const SHORT_PARK = "interval '100 milliseconds'";

/** Before a delivery that failed is due again: doubled with each attempt, up to six hours, and a little random. */
const PAUSE = "least(5 * 2 ^ (p.attempts - 1), 21600) * (0.9 + 0.2 * random()) * interval '1 second'";

/** The SQLSTATE with which `settle` refuses. Of a class that Postgres leaves to applications. */
export const NOT_ITS_TRANSACTION = "BI001";

/**
 * The statements that run for every delivery, as functions in the database: a session plans those once, which takes
 * longer than to run them, and a pooler allows no statement that is prepared by name. A later version adds functions
 * under new names, so that processes of both versions can work side by side. They name their parameters, because some
 * clients take a number after a dollar sign for a value that they were not given.
 *
 * @param schema quoted.
 */
export function createFunctions(schema: string): readonly string[] {
  const pending = `${schema}.pending`;
  const handled = `${schema}.handled`;
  const objects = `${schema}.objects`;
  // Locks an object's deliveries against being parked while its claim ends, so that none is parked after the last look
  // for one to wake. Always the first lock of its statement. Such locks are the whole database's, so its key holds the
  // schema: an inbox in another one has nothing to do with this. Any seed, as long as no other program takes the same.
  const objectLock = `hashtextextended('${schema.replaceAll("'", "''")} ' || about, 5837214906)`;
  const lockObject = `setting := pg_advisory_xact_lock(${objectLock})::text;`;
  const wakeNext = `UPDATE ${pending} p SET due_at = p.waits_since, waits_since = NULL
    WHERE p.id = (SELECT w.id FROM ${pending} w WHERE w.object = about AND w.waits_since IS NOT NULL
      ORDER BY w.waits_since LIMIT 1 FOR UPDATE SKIP LOCKED);`;
  return [
    // Does not wait for the disk. A claim that a crash of the database forgets was of a handler whose transaction died in
    // the same crash; only its attempt is not counted.
    `CREATE OR REPLACE FUNCTION ${schema}.claim_new(
  delivery text, kind text, about text, made_at_ms bigint, content text, claim uuid, lease_ms bigint) RETURNS boolean
LANGUAGE plpgsql ${BY_INDEX} AS $$
DECLARE
  setting text := set_config('synchronous_commit', 'off', true);
BEGIN
  INSERT INTO ${pending} (id, event_type, object, created_at_ms, body, attempts, token, due_at)
  SELECT delivery, kind, about, made_at_ms, content, 1, claim, clock_timestamp() + lease_ms * interval '1 millisecond'
  WHERE NOT EXISTS (SELECT FROM ${handled} h WHERE h.id = delivery)
  ON CONFLICT DO NOTHING;
  RETURN FOUND;
END $$`,

    // Returns the transaction and, after a comma, the newest event of the object; 'handled'; or null where the claim is
    // lost. One text, since a row takes Postgres longer. A statement of the handler's may take as long as the lease, or
    // less where the application has set so.
    `CREATE OR REPLACE FUNCTION ${schema}.fence(delivery text, claim uuid, lease_ms bigint) RETURNS text
LANGUAGE plpgsql ${BY_INDEX} AS $$
DECLARE
  was_handled boolean;
  newest text;
  setting text;
  allowed text := current_setting('statement_timeout');
BEGIN
  SELECT EXISTS (SELECT FROM ${handled} h WHERE h.id = delivery),
    coalesce((SELECT o.newest_at_ms::text FROM ${objects} o WHERE o.object_hash = hashtextextended(p.object, 0)), '')
  INTO was_handled, newest FROM ${pending} p WHERE ${HELD} FOR UPDATE;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  IF was_handled THEN
    -- It was claimed in the moment in which another process settled it.
    DELETE FROM ${pending} p WHERE p.id = delivery;
    RETURN 'handled';
  END IF;
  setting := set_config('idle_in_transaction_session_timeout', lease_ms::text, true);
  IF allowed = '0' OR extract(epoch FROM allowed::interval) * 1000 > lease_ms THEN
    setting := set_config('statement_timeout', lease_ms::text, true);
  END IF;
  RETURN pg_current_xact_id()::text || ',' || newest;
END $$`,

    `CREATE OR REPLACE FUNCTION ${schema}.settle(
  delivery text, claim uuid, transaction text, about text, seen_at_ms bigint) RETURNS void
LANGUAGE plpgsql ${BY_INDEX} AS $$
DECLARE
  made_at_ms bigint;
  setting text;
BEGIN
  IF pg_current_xact_id()::text <> transaction THEN
    RAISE EXCEPTION 'not the transaction of the claim' USING ERRCODE = '${NOT_ITS_TRANSACTION}';
  END IF;
  IF about IS NOT NULL THEN
    ${lockObject}
  END IF;
  WITH done AS (
    DELETE FROM ${pending} p WHERE ${HELD} RETURNING p.created_at_ms
  ), marked AS (
    INSERT INTO ${handled} (id) SELECT delivery FROM done
  ), dated AS (
    INSERT INTO ${objects} AS o (object_hash, newest_at_ms)
    SELECT hashtextextended(about, 0), greatest(d.created_at_ms, seen_at_ms) FROM done d WHERE about IS NOT NULL
    ON CONFLICT (object_hash) DO UPDATE SET newest_at_ms = excluded.newest_at_ms
    WHERE o.newest_at_ms < excluded.newest_at_ms
  )
  SELECT d.created_at_ms INTO made_at_ms FROM done d;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the claim is gone' USING ERRCODE = '${NOT_ITS_TRANSACTION}';
  END IF;
  IF about IS NOT NULL THEN
    ${wakeNext}
  END IF;
  ${WAIT_FOR_DISK}
END $$`,

    // Null: the claim was settled, or lost to another. Waits for a transaction of the same claim that is still being
    // committed or rolled back.
    `CREATE OR REPLACE FUNCTION ${schema}.fail(
  delivery text, claim uuid, about text, why text, max_attempts integer, OUT dead boolean)
LANGUAGE plpgsql ${BY_INDEX} AS $$
DECLARE
  setting text;
BEGIN
  ${WAIT_FOR_DISK}
  IF about IS NOT NULL THEN
    ${lockObject}
  END IF;
  UPDATE ${pending} p SET token = NULL, last_error = why, due_at = clock_timestamp() + ${PAUSE},
    died_at = CASE WHEN p.attempts >= max_attempts THEN coalesce(p.died_at, clock_timestamp()) ELSE p.died_at END
  WHERE ${HELD}
  RETURNING p.died_at IS NOT NULL INTO dead;
  IF about IS NOT NULL THEN
    ${wakeNext}
  END IF;
END $$`,

    // Looks at the delivery that has been due longest. If its object is at work, parks it with those behind it that wait
    // for the same, and returns a row of nulls: there may be more. So no claim passes over what another has passed over.
    `CREATE OR REPLACE FUNCTION ${schema}.claim_next(lease_ms bigint, max_attempts integer, id_prefix text DEFAULT '')
RETURNS SETOF ${pending}
LANGUAGE plpgsql ${BY_INDEX} SET enable_sort = off AS $$
DECLARE
  first ${pending}%ROWTYPE;
  about text;
  is_free boolean;
  front text[];
  waiting text[];
  lease interval := lease_ms * interval '1 millisecond';
  setting text := set_config('synchronous_commit', 'off', true);
BEGIN
  SELECT p.* INTO first FROM ${pending} p WHERE p.died_at IS NULL AND p.due_at <= statement_timestamp()
    AND (id_prefix = '' OR left(p.id, 5) = id_prefix)
  ORDER BY p.due_at LIMIT 1 FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  about := first.object;
  is_free := about IS NULL OR pg_try_advisory_xact_lock(${objectLock});
  IF NOT is_free OR EXISTS (
    SELECT FROM ${pending} o WHERE o.object = about AND o.token IS NOT NULL AND o.id <> first.id) THEN
    -- Arrays, because they are always looked up by the primary key.
    front := ARRAY(SELECT f.id FROM ${pending} f WHERE f.died_at IS NULL AND f.due_at <= statement_timestamp()
      ORDER BY f.due_at LIMIT ${FRONT});
    waiting := ARRAY(SELECT w.id FROM ${pending} w WHERE w.id = ANY (front) AND w.object = about AND w.token IS NULL
      FOR UPDATE SKIP LOCKED);
    UPDATE ${pending} p SET waits_since = coalesce(p.waits_since, p.due_at),
      due_at = clock_timestamp() + CASE WHEN is_free THEN lease * ${PARKED_LEASES} ELSE ${SHORT_PARK} END
    WHERE p.id = ANY (waiting || first.id);
    RETURN NEXT NULL::${pending};
    RETURN;
  END IF;
  RETURN QUERY UPDATE ${pending} p SET
    token = CASE WHEN p.attempts < max_attempts THEN gen_random_uuid() END,
    attempts = CASE WHEN p.attempts < max_attempts THEN p.attempts + 1 ELSE p.attempts END,
    died_at = CASE WHEN p.attempts < max_attempts THEN NULL ELSE clock_timestamp() END,
    due_at = clock_timestamp() + lease, waits_since = NULL
  WHERE p.id = first.id RETURNING p.*;
END $$`,

    // Resolves to what it found instead of a place to store it, or to 'stored'.
    `CREATE OR REPLACE FUNCTION ${schema}.store(
  delivery text, kind text, about text, made_at_ms bigint, content text) RETURNS text
LANGUAGE plpgsql ${BY_INDEX} AS $$
DECLARE
  death timestamptz;
  setting text;
BEGIN
  ${WAIT_FOR_DISK}
  INSERT INTO ${pending} (id, event_type, object, created_at_ms, body, due_at)
  SELECT delivery, kind, about, made_at_ms, content, clock_timestamp() WHERE NOT EXISTS (SELECT FROM ${handled} h WHERE h.id = delivery)
  ON CONFLICT (id) DO NOTHING;
  IF FOUND THEN
    RETURN 'stored';
  END IF;
  SELECT p.died_at INTO death FROM ${pending} p WHERE p.id = delivery;
  IF FOUND THEN
    RETURN CASE WHEN death IS NULL THEN 'pending' ELSE 'dead' END;
  END IF;
  RETURN 'handled';
END $$`,
  ];
}
