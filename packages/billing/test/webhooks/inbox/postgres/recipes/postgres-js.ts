import type { ISql, Sql, TransactionSql } from "postgres";
import type { Query, TransactingPool } from "../../../../../src/postgres.js";

export function fromPostgresJs(sql: Sql): TransactingPool<TransactionSql> {
  const queryOn =
    (on: ISql): Query =>
    async (text, values = []) => ({ rows: await on.unsafe(text, values as string[]) });
  return {
    query: queryOn(sql),
    transaction: async (work) => {
      const ended = await sql.begin(async (tx) => ({ value: await work(tx, queryOn(tx)) }));
      return ended.value;
    },
    listen: async (channel, onNotification) => {
      const listening = await sql.listen(channel, onNotification);
      return () => listening.unlisten();
    },
  };
}
