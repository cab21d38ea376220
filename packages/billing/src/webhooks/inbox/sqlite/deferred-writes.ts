import { isThenable } from "../../../is-thenable.js";
import { TxError } from "../leased/lease-store.js";

/** A handler's writes, which are committed together with the result of its delivery. */
export interface SqliteTx<Database> {
  /**
   * Runs `write` with the inbox's database once the handler has returned, in the transaction that records the delivery
   * as handled. `write` must be synchronous. If it throws, nothing is written and the attempt has failed.
   */
  readonly write: (write: (database: Database) => void) => void;
}

/**
 * Collects a handler's writes. A transaction cannot stay open while a handler waits, since it would hold up every other
 * writer of the file, and what else this connection does would become part of it.
 */
export class DeferredWrites<Database> implements SqliteTx<Database> {
  readonly #writes: ((database: Database) => void)[] = [];

  readonly write = (write: (database: Database) => void): void => {
    this.#writes.push(write);
  };

  /** @throws {TxError} when one of them throws, or does not end at once. */
  runAll(database: Database): void {
    for (const write of this.#writes) {
      let returned: unknown;
      try {
        returned = write(database);
      } catch (error) {
        throw new TxError(error);
      }
      // Also the statements of some query builders, which are not sent before somebody awaits them.
      if (isThenable(returned)) {
        // Whatever it still does is not part of the transaction, so its failure is of no more interest.
        if (returned instanceof Promise) returned.catch(() => undefined);
        throw new TxError(
          new TypeError("A function passed to tx.write returned a promise. Write synchronously in it."),
        );
      }
    }
  }
}
