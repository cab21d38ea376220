import { CompiledQuery, type Kysely, type Transaction } from "kysely";
import type { Query, Row, TransactingPool } from "../../../../../src/postgres.js";

export function fromKysely<DB>(db: Kysely<DB>): TransactingPool<Transaction<DB>> {
  const queryOn =
    (on: Kysely<DB>): Query =>
    (text, values = []) =>
      on.executeQuery<Row>(CompiledQuery.raw(text, values));
  return {
    query: queryOn(db),
    transaction: (work) => db.transaction().execute((tx) => work(tx, queryOn(tx))),
  };
}
