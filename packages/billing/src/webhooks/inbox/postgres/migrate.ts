import { ConfigurationError } from "../../../errors.js";
import { assertKnownKeys } from "../../../known-keys.js";
import { connectingDatabase } from "./connecting.js";
import type { PostgresPool, Query } from "./database.js";
import { createSchema, DEFAULT_SCHEMA, inboxMigrations, quoteSchema } from "./migrations.js";
import { isConnecting } from "./options.js";
import { transactingDatabase } from "./transacting.js";

/** Creating tables waits for others' locks. */
const TIMEOUT_MS = 600_000;

/** Any number, as long as no other program locks the same. */
const LOCK = 5_837_214_906;
const ALONE = { text: "SELECT pg_advisory_xact_lock($1::bigint)::text", values: [LOCK] };

export interface Migrated {
  readonly from: number;
  readonly to: number;
}

/**
 * Creates the tables of the Postgres inbox, or migrates them to this package's version, in one transaction. Safe to
 * repeat, and to call from several processes at once.
 *
 * @throws {ConfigurationError} when an option is unknown or invalid, or the schema has a table `migrations` of another
 *   program. Errors of Postgres are passed on.
 */
export async function migrateInbox(
  pool: PostgresPool,
  options: { readonly schema?: string | undefined } = {},
): Promise<Migrated> {
  assertKnownKeys("migrateInbox", options, ["schema"]);
  const { schema = DEFAULT_SCHEMA } = options;
  const migrations = inboxMigrations(schema);
  const database = isConnecting(pool)
    ? connectingDatabase(pool, TIMEOUT_MS)
    : transactingDatabase(pool, TIMEOUT_MS);
  return database.session(async (session) => {
    const { value } = await session.transaction(ALONE, async ({ query }) => {
      if (!(await exists(query, "to_regnamespace", quoteSchema(schema)))) await query(createSchema(schema));
      const from = await readVersion(query, schema);
      const missing = migrations.filter(({ version }) => version > from);
      for (const statement of missing.flatMap(({ statements }) => statements)) await query(statement);
      return { value: { from, to: Math.max(from, ...missing.map(({ version }) => version)) } };
    });
    return value;
  });
}

/** Looks before it reads, because an error would end the transaction. */
async function readVersion(query: Query, schema: string): Promise<number> {
  const table = `${quoteSchema(schema)}.migrations`;
  if (!(await exists(query, "to_regclass", table))) return 0;
  // All of its tables are created together.
  if (!(await exists(query, "to_regclass", `${quoteSchema(schema)}.pending`))) {
    throw new ConfigurationError(
      `The table migrations in the schema "${schema}" is not the inbox's. Give the inbox a schema of its own, such as ${DEFAULT_SCHEMA}.`,
    );
  }
  const [row] = (await query(`SELECT max(version) AS version FROM ${table}`)).rows;
  return Number(row?.["version"] ?? 0);
}

async function exists(
  query: Query,
  lookUp: "to_regclass" | "to_regnamespace",
  name: string,
): Promise<boolean> {
  const [row] = (await query(`SELECT ${lookUp}($1) IS NOT NULL AS found`, [name])).rows;
  return row?.["found"] === true;
}
