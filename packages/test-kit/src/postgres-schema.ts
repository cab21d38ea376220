import { randomBytes } from "node:crypto";
import { Pool } from "pg";
import { describe } from "vitest";
import { postgresUrl } from "./servers.js";

/** `describe` for suites on PostgreSQL; they are skipped where the global set-up found none and said so. */
export const describePostgres: ReturnType<typeof describe.skipIf> = describe.skipIf(
  postgresUrl() === undefined,
);

/** A schema that nobody else uses. */
export interface Schema {
  readonly name: string;
  /** Its connections see this schema alone. */
  readonly pool: Pool;
  /** Another pool on it, as another process would have, of at most 4 connections; it ends with the schema. */
  connect(options?: { readonly max?: number }): Pool;
  /** Ends the pools and drops the schema with all that is in it. */
  drop(): Promise<void>;
}

export async function createSchema(): Promise<Schema> {
  const connectionString = postgresUrl();
  if (connectionString === undefined) throw new Error("PostgreSQL is not running: use describePostgres");
  const name = `billing_${randomBytes(8).toString("hex")}`;
  // A server lets in a hundred, and test files run side by side.
  const open = ({ max = 4 } = {}) =>
    new Pool({ connectionString, options: `-c search_path=${name}`, max, idleTimeoutMillis: 500 });
  const pool = open();
  const others: Pool[] = [];
  const connect: Schema["connect"] = (options) => {
    const other = open(options);
    others.push(other);
    return other;
  };
  await pool.query(`CREATE SCHEMA ${name}`);
  const drop = async () => {
    await Promise.all(others.map((each) => each.end()));
    await pool.query(`DROP SCHEMA ${name} CASCADE`);
    await pool.end();
  };
  return { name, pool, connect, drop };
}
