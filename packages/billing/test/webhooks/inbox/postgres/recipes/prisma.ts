import type { Query, Row, TransactingPool } from "../../../../../src/postgres.js";

interface Raw {
  $queryRawUnsafe<T>(text: string, ...values: unknown[]): PromiseLike<T>;
}

interface Client<Tx> extends Raw {
  $transaction<T>(work: (tx: Tx) => Promise<T>, options: { readonly timeout: number }): Promise<T>;
}

export function fromPrisma<Tx extends Raw>(prisma: Client<Tx>): TransactingPool<Tx> {
  const queryOn =
    (on: Raw): Query =>
    async (text, values = []) => ({ rows: await on.$queryRawUnsafe<Row[]>(text, ...values) });
  return {
    query: queryOn(prisma),
    // Prisma ends a transaction after 5 seconds by default: give it as long as a handler may take.
    transaction: (work) => prisma.$transaction((tx) => work(tx, queryOn(tx)), { timeout: 30_000 }),
  };
}
