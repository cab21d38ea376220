import type { PGlite, Transaction } from "@electric-sql/pglite";
import type { Row, TransactingPool } from "../../../../../src/postgres.js";

/** For tests and for one process alone: PGlite takes no lock on its folder. */
export function fromPGlite(db: PGlite): TransactingPool<Transaction> {
  return {
    query: (text, values) => db.query<Row>(text, values),
    transaction: (work) => db.transaction((tx) => work(tx, (text, values) => tx.query<Row>(text, values))),
    listen: (channel, onNotification) => db.listen(channel, onNotification),
  };
}
