import { ConfigurationError } from "../../../errors.js";
import { createFunctions } from "./functions.js";

/** Where the tables are when no schema is named. */
export const DEFAULT_SCHEMA = "billing_inbox";

/** One step of the tables' history. Applied once, in order, and never changed after a release. */
export interface Migration {
  readonly version: number;
  /** Each may be run again without effect. */
  readonly statements: readonly string[];
}

/**
 * Returns the SQL that creates the Postgres inbox's tables, one migration for each version. Run it with `migrateInbox`,
 * or copy what `billing inbox migrate --print` prints into the application's own migrations.
 *
 * @throws {ConfigurationError} when the schema's name is not a plain identifier.
 */
export function inboxMigrations(schema: string = DEFAULT_SCHEMA): readonly Migration[] {
  const quoted = quoteSchema(schema);
  return [
    { version: 1, statements: [...createTables(quoted), ...createFunctions(quoted), markVersion(quoted, 1)] },
  ];
}

/** Creates the schema. Not a migration, because Postgres asks for the right to create schemas even where it exists. */
export function createSchema(schema: string = DEFAULT_SCHEMA): string {
  return `CREATE SCHEMA IF NOT EXISTS ${quoteSchema(schema)}`;
}

function markVersion(schema: string, version: number): string {
  return `INSERT INTO ${schema}.migrations (version) VALUES (${version}) ON CONFLICT DO NOTHING`;
}

/** The newest version, which this package's statements need. */
export const NEWEST_VERSION = 1;

/** @throws {ConfigurationError} unless the name needs no thought about quoting, in SQL or by whoever reads it. */
export function quoteSchema(schema: string): string {
  if (typeof schema !== "string" || !/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) {
    throw new ConfigurationError(
      "schema must be a name of at most 63 lower-case letters, digits and underscores, such as billing_inbox.",
    );
  }
  return `"${schema}"`;
}

/**
 * Three tables, so that what is settled never slows what is not.
 *
 * `pending` has every delivery that is not settled, with its body; a settled one leaves it. So claims look at a small
 * table, however many deliveries were handled. `handled` has nothing but ids and times, and only grows at its end.
 * `objects` has the newest event that was handled of each Stripe object.
 */
function createTables(schema: string): readonly string[] {
  return [
    `CREATE TABLE IF NOT EXISTS ${schema}.pending (
  id text COLLATE "C" PRIMARY KEY,
  event_type text NOT NULL,
  object text COLLATE "C",
  created_at_ms bigint NOT NULL,
  -- Text, because jsonb refuses some valid JSON, such as half of a surrogate pair.
  body text NOT NULL,
  -- Counted when a claim is made.
  attempts integer NOT NULL DEFAULT 0,
  -- The claim that holds the delivery; null when none does.
  token uuid,
  -- When it may be claimed next: the end of a pause, or of the holder's lease.
  due_at timestamptz NOT NULL,
  -- Since when it has been due, while it is parked: its object is at work.
  waits_since timestamptz,
  died_at timestamptz,
  last_error text
) WITH (
  -- Every row dies young. The default waits for a fifth of the table.
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0
)`,
    // Compressed, and in its row up to the size of a page, so that storing an event writes to no second table.
    `ALTER TABLE ${schema}.pending ALTER body SET STORAGE MAIN`,
    `DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)) THEN
    EXECUTE 'ALTER TABLE ${schema}.pending ALTER body SET COMPRESSION lz4';
  END IF;
END $$`,
    `CREATE INDEX IF NOT EXISTS pending_due ON ${schema}.pending (due_at) WHERE died_at IS NULL`,
    // The guarantee that at most one handler is at work on an object, whatever the processes do.
    `CREATE UNIQUE INDEX IF NOT EXISTS pending_one_per_object ON ${schema}.pending (object) WHERE token IS NOT NULL`,
    `CREATE INDEX IF NOT EXISTS pending_parked ON ${schema}.pending (object, waits_since) WHERE waits_since IS NOT NULL`,
    `CREATE INDEX IF NOT EXISTS pending_dead ON ${schema}.pending (died_at) WHERE died_at IS NOT NULL`,
    `CREATE TABLE IF NOT EXISTS ${schema}.handled (
  handled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  id text COLLATE "C" PRIMARY KEY
)`,
    `CREATE INDEX IF NOT EXISTS handled_by_age ON ${schema}.handled (handled_at)`,
    `CREATE TABLE IF NOT EXISTS ${schema}.objects (
  -- A hash, which takes a third of the room. Two objects of one hash would cost each other a read from Stripe.
  object_hash bigint PRIMARY KEY,
  newest_at_ms bigint NOT NULL
) WITH (fillfactor = 90)`,
    `CREATE TABLE IF NOT EXISTS ${schema}.migrations (
  version integer PRIMARY KEY,
  applied_at timestamptz NOT NULL DEFAULT now()
)`,
  ];
}
