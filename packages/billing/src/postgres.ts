/**
 * `@repo/billing/postgres` keeps webhook deliveries in PostgreSQL, through the client that the application already has.
 *
 * @module
 */
import { assertNode } from "./assert-node.js";

export type {
  Answer,
  ConnectedClient,
  ConnectingPool,
  PostgresPool,
  Query,
  Row,
  StopListening,
  TransactingPool,
  TransactionOf,
} from "./webhooks/inbox/postgres/database.js";
export { type Migrated, migrateInbox } from "./webhooks/inbox/postgres/migrate.js";
export { inboxMigrations, type Migration } from "./webhooks/inbox/postgres/migrations.js";
export type { PostgresInboxOptions } from "./webhooks/inbox/postgres/options.js";
export { type PostgresInbox, postgresInbox } from "./webhooks/inbox/postgres/postgres-inbox.js";

assertNode();
