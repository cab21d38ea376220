import { ConfigurationError } from "../../errors.js";
import { assertKnownKeys } from "../../known-keys.js";
import { parseTenantId } from "../tenant-id.js";
import { alreadyLinked, createChanges, type LinkableDirectory } from "./memory-directory.js";

/** The part of a `pg` pool or client that is used. */
export interface QueryRunner {
  query(
    text: string,
    values?: unknown[],
  ): Promise<{ readonly rows: readonly Readonly<Record<string, unknown>>[] }>;
}

export interface PostgresDirectoryOptions {
  readonly pool: QueryRunner;
  /** The table's name, with its schema if it needs one; letters, digits and underscores. Default: `"billing_customers"`. */
  readonly table?: string | undefined;
}

export interface PostgresDirectory extends LinkableDirectory {
  /** Creates the table if it is missing. Any number of processes may call it at once. */
  createTable(): Promise<void>;
}

/**
 * Creates a directory in the application's own PostgreSQL, with one row per customer. The primary key decides if two
 * tenants want the same customer.
 *
 * @throws ConfigurationError when an option is unknown, the pool has no method query, or the table's name is not a
 *   plain lower-case name.
 */
export function postgresDirectory(options: PostgresDirectoryOptions): PostgresDirectory {
  assertKnownKeys("postgresDirectory", options, ["pool", "table"]);
  const { pool, table = "billing_customers" } = options;
  if (typeof pool?.query !== "function") {
    throw new ConfigurationError("postgresDirectory's pool must be a pool or client of pg.");
  }
  // guard (operand 2): a table's name is a name
  if (typeof table !== "string" || !/^[a-z_][a-z0-9_]{0,62}(?:\.[a-z_][a-z0-9_]{0,62})?$/.test(table)) {
    throw new ConfigurationError(
      "postgresDirectory's table must be a plain lower-case name, such as billing_customers.",
    );
  }
  const tenantOf = async (customerId: string): Promise<string | undefined> => {
    // guard (as table): a customer's tenant is that of its row
    const { rows } = await pool.query(`SELECT tenant_id FROM ${table} WHERE customer_id = $1`, [customerId]);
    const tenantId = rows[0]?.["tenant_id"];
    return typeof tenantId === "string" ? tenantId : undefined;
  };
  const changes = createChanges();
  return Object.freeze<PostgresDirectory>({
    tenantOf,
    onChange: changes.onChange,
    unlink: async (customerId) => {
      await pool.query(`DELETE FROM ${table} WHERE customer_id = $1`, [customerId]);
      changes.announce(customerId);
    },
    customersOf: async (tenantId) => {
      const { rows } = await pool.query(
        // guard (as table): a tenant's customers are its own
        `SELECT customer_id FROM ${table} WHERE tenant_id = $1 ORDER BY customer_id`,
        [tenantId],
      );
      return rows.map((row) => String(row["customer_id"]));
    },
    link: async (tenantId, customerId) => {
      await pool.query(
        // guard (as table): a customer's row is not taken over
        `INSERT INTO ${table} (customer_id, tenant_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`,
        // guard (argument of parseTenantId): a customer is linked to a tenant with a well-formed id
        [customerId, parseTenantId(tenantId)],
      );
      // guard: a customer is linked once
      if ((await tenantOf(customerId)) !== tenantId) throw alreadyLinked();
      changes.announce(customerId);
    },
    createTable: async () => {
      // IF NOT EXISTS alone may still collide when two processes make the table at the same moment.
      await pool.query(`
        DO $$ BEGIN
          PERFORM pg_advisory_xact_lock(hashtext('${table}'));
          CREATE TABLE IF NOT EXISTS ${table} (
            customer_id text PRIMARY KEY,
            tenant_id text NOT NULL,
            linked_at timestamptz NOT NULL DEFAULT now(),
            UNIQUE (tenant_id, customer_id)
          );
        END $$`);
    },
  });
}
