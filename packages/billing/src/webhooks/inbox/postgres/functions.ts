/**
 * For this transaction, also where the application's sessions do not wait. An assignment, here and below, takes Postgres
 * less than half the time of PERFORM.
 */
const WAIT_FOR_DISK = `IF current_setting('synchronous_commit') = 'off' THEN
    setting := set_config('synchronous_commit', 'on', true);
  END IF;`;

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
  return [
    // Does not wait for the disk. A claim that a crash of the database forgets was of a handler whose transaction died in
    // the same crash; only its attempt is not counted.
    `CREATE OR REPLACE FUNCTION ${schema}.claim_new(
  delivery text, kind text, about text, made_at_ms bigint, content text, lease_ms bigint) RETURNS uuid
LANGUAGE plpgsql AS $$
DECLARE
  claim uuid;
  setting text := set_config('synchronous_commit', 'off', true);
BEGIN
  INSERT INTO ${pending} AS p (id, event_type, object, created_at_ms, body, attempts, token, due_at)
  SELECT delivery, kind, about, made_at_ms, content, 1, gen_random_uuid(), clock_timestamp() + lease_ms * interval '1 millisecond'
  WHERE NOT EXISTS (SELECT FROM ${handled} h WHERE h.id = delivery)
  ON CONFLICT DO NOTHING
  RETURNING p.token INTO claim;
  RETURN claim;
END $$`,

    // A statement of the handler's may take as long as the lease, or less where the application has set so.
    `CREATE OR REPLACE FUNCTION ${schema}.fence(delivery text, claim uuid, lease_ms bigint,
  OUT transaction text, OUT newest bigint, OUT was_handled boolean)
LANGUAGE plpgsql AS $$
DECLARE
  object_at_work text;
  setting text;
  allowed_ms bigint := extract(epoch FROM current_setting('statement_timeout')::interval) * 1000;
BEGIN
  SELECT p.object INTO object_at_work FROM ${pending} p WHERE p.id = delivery AND p.token = claim FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  setting := set_config('idle_in_transaction_session_timeout', lease_ms::text, true);
  setting := set_config('statement_timeout', least(nullif(allowed_ms, 0), lease_ms)::text, true);
  transaction := pg_current_xact_id();
  was_handled := EXISTS (SELECT FROM ${handled} h WHERE h.id = delivery);
  IF was_handled THEN
    -- It was claimed in the moment in which another process settled it.
    DELETE FROM ${pending} p WHERE p.id = delivery;
    RETURN;
  END IF;
  SELECT o.newest_at_ms INTO newest FROM ${objects} o WHERE o.object_hash = hashtextextended(object_at_work, 0);
END $$`,

    `CREATE OR REPLACE FUNCTION ${schema}.settle(delivery text, claim uuid, transaction text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  done record;
  setting text;
BEGIN
  IF pg_current_xact_id()::text <> transaction THEN
    RAISE EXCEPTION 'not the transaction of the claim' USING ERRCODE = '${NOT_ITS_TRANSACTION}';
  END IF;
  DELETE FROM ${pending} p WHERE p.id = delivery AND p.token = claim RETURNING p.object, p.created_at_ms INTO done;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the claim is gone' USING ERRCODE = '${NOT_ITS_TRANSACTION}';
  END IF;
  INSERT INTO ${handled} (id) VALUES (delivery);
  IF done.object IS NOT NULL THEN
    INSERT INTO ${objects} AS o (object_hash, newest_at_ms)
    VALUES (hashtextextended(done.object, 0), done.created_at_ms)
    ON CONFLICT (object_hash) DO UPDATE SET newest_at_ms = excluded.newest_at_ms
    WHERE o.newest_at_ms < excluded.newest_at_ms;
  END IF;
  ${WAIT_FOR_DISK}
END $$`,

    // Resolves to what it found instead of a place to store it, or to 'stored'.
    `CREATE OR REPLACE FUNCTION ${schema}.store(
  delivery text, kind text, about text, made_at_ms bigint, content text) RETURNS text
LANGUAGE plpgsql AS $$
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
