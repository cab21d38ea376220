import { ConfigurationError } from "../../../errors.js";
import { assertInteger } from "../../assert-integer.js";
import { assertKnownKeys } from "../../known-keys.js";
import type { ConnectedClient, ConnectingPool, TransactingPool } from "./database.js";
import { DEFAULT_SCHEMA, quoteSchema } from "./migrations.js";

export interface PostgresInboxOptions<Pool> {
  /** The `Pool` of node-postgres as it is, or an adapter for another client: see the README. */
  readonly pool: Pool;
  /** Where its tables are. Default `billing_inbox`. They are reached by this name, whatever `search_path` says. */
  readonly schema?: string | undefined;
  /** Attempts before a delivery is dead. Default 20; with the pauses between them, that takes about two days. */
  readonly maxAttempts?: number | undefined;
  /**
   * How long a transaction may be silent, or at one statement, before Postgres ends it and another process may take the
   * delivery over. Default 30. Choose more than the receiver's `handlerTimeoutMs`.
   */
  readonly leaseSeconds?: number | undefined;
  /** How long a handled delivery is remembered. Default and minimum 35, because Stripe lists events for 30 days. */
  readonly retentionDays?: number | undefined;
  /** How long a delivery waits while another one of the same Stripe object is at work, before it is `busy`. Default 5. */
  readonly objectWaitSeconds?: number | undefined;
}

/** The options as they are used. */
export interface InboxSettings {
  readonly schema: string;
  readonly maxAttempts: number;
  readonly leaseMs: number;
  readonly retentionDays: number;
  readonly objectWaitMs: number;
}

const OPTIONS = ["pool", "schema", "maxAttempts", "leaseSeconds", "retentionDays", "objectWaitSeconds"];

/** @throws {ConfigurationError} when an option is unknown or out of range. */
export function toSettings<Pool>(options: PostgresInboxOptions<Pool>): InboxSettings {
  assertKnownKeys("postgresInbox", options, OPTIONS);
  const { schema = DEFAULT_SCHEMA, maxAttempts = 20, retentionDays = 35 } = options;
  const { leaseSeconds = 30, objectWaitSeconds = 5 } = options;
  quoteSchema(schema);
  assertInteger("maxAttempts", maxAttempts, { min: 1, max: 1_000_000 });
  assertInteger("retentionDays", retentionDays, { min: 35, max: 3_650 });
  const leaseMs = toMs("leaseSeconds", leaseSeconds, { min: 0.05, max: 86_400 });
  const objectWaitMs = toMs("objectWaitSeconds", objectWaitSeconds, { min: 0, max: 3_600 });
  return { schema, maxAttempts, leaseMs, retentionDays, objectWaitMs };
}

function toMs(
  name: string,
  seconds: number,
  { min, max }: { readonly min: number; readonly max: number },
): number {
  if (typeof seconds !== "number" || !(seconds >= min && seconds <= max)) {
    throw new ConfigurationError(`${name} must be a number from ${min} to ${max}.`);
  }
  return Math.round(seconds * 1000);
}

/** Tells the two kinds of pools apart. @throws {ConfigurationError} when it is neither. */
export function isConnecting<Client extends ConnectedClient, Tx>(
  pool: ConnectingPool<Client> | TransactingPool<Tx>,
): pool is ConnectingPool<Client> {
  const has = (name: string) =>
    typeof pool === "object" && pool !== null && typeof Reflect.get(pool, name) === "function";
  if (has("transaction") && has("query")) return false;
  if (has("connect")) return true;
  throw new ConfigurationError(
    "pool must be a Pool of node-postgres, or an adapter with the methods query and transaction.",
  );
}
