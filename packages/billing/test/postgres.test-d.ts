import type { Pool, PoolClient } from "pg";
import { expectTypeOf, test } from "vitest";
import { type PostgresInbox, postgresInbox, type TransactingPool } from "../src/postgres.js";
import type { DurableInbox } from "../src/webhooks.js";

declare const pool: Pool;
declare const ownPool: { connect(): Promise<OwnClient> };
declare const adapter: TransactingPool<{ readonly db: "another library's" }>;

interface OwnClient {
  query(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
  release(): void;
}

test("a Postgres inbox hands out the transaction of its pool", () => {
  expectTypeOf(postgresInbox({ pool })).toEqualTypeOf<PostgresInbox<PoolClient>>();
  expectTypeOf(postgresInbox({ pool: ownPool })).toExtend<DurableInbox<OwnClient>>();
  expectTypeOf(postgresInbox({ pool: adapter })).toExtend<
    DurableInbox<{ readonly db: "another library's" }>
  >();
  // @ts-expect-error a connection string is no pool
  postgresInbox({ pool: "postgres://localhost" });
});
