import { ConfigurationError } from "../../../errors.js";
import { assertKnownKeys } from "../../../known-keys.js";
import { LEASE_OPTIONS, type LeaseOptions, type LeaseSettings, toLeaseSettings } from "../leased/settings.js";
import type { ConnectedClient, ConnectingPool, PostgresPool } from "./database.js";
import { DEFAULT_SCHEMA, quoteSchema } from "./migrations.js";

export interface PostgresInboxOptions<Pool> extends LeaseOptions {
  /** The `Pool` of node-postgres as it is, or an adapter for another client: see docs/postgres-inbox.md. */
  readonly pool: Pool;
  /** The schema of its tables. Default: `billing_inbox`. The `search_path` does not matter. */
  readonly schema?: string | undefined;
  /**
   * How many seconds a handler's transaction may be idle, or run one statement, before Postgres ends it and another
   * process may take the delivery over. Choose more than the receiver's `handlerTimeoutMs`. Default: 30.
   */
  readonly leaseSeconds?: number | undefined;
}

export interface InboxSettings extends LeaseSettings {
  readonly schema: string;
}

/** @throws {ConfigurationError} when an option is unknown or out of range. */
export function toSettings<Pool>(options: PostgresInboxOptions<Pool>): InboxSettings {
  assertKnownKeys("postgresInbox", options, ["pool", "schema", ...LEASE_OPTIONS]);
  const { schema = DEFAULT_SCHEMA } = options;
  quoteSchema(schema);
  return { schema, ...toLeaseSettings(options) };
}

/** Tells the two kinds of pools apart. @throws {ConfigurationError} when it is neither. */
export function isConnecting(pool: PostgresPool): pool is ConnectingPool<ConnectedClient> {
  const has = (name: string) =>
    typeof pool === "object" && pool !== null && typeof Reflect.get(pool, name) === "function";
  if (has("transaction") && has("query")) return false;
  if (has("connect")) return true;
  throw new ConfigurationError(
    "pool must be a Pool of node-postgres, or an adapter with the methods query and transaction.",
  );
}
