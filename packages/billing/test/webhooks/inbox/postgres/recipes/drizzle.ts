import { type SQL, sql } from "drizzle-orm";
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import type { Query, TransactingPool } from "../../../../../src/postgres.js";

type Transaction = Parameters<Parameters<NodePgDatabase["transaction"]>[0]>[0];

export function fromDrizzle(db: NodePgDatabase): TransactingPool<Transaction> {
  const toSql = (text: string, values: unknown[]): SQL => {
    const parts = text
      .split(/\$(\d+)/)
      .map((part, at) => (at % 2 ? sql`${values[Number(part) - 1]}` : sql.raw(part)));
    return sql.join(parts);
  };
  const queryOn =
    (on: Pick<NodePgDatabase, "execute">): Query =>
    async (text, values = []) => ({ rows: (await on.execute(toSql(text, values))).rows });
  return {
    query: queryOn(db),
    transaction: (work) => db.transaction((tx) => work(tx, queryOn(tx))),
  };
}
