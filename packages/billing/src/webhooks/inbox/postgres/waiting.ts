import { onAbort } from "../../../on-abort.js";
import { deliveryIdPrefix } from "../inbox.js";
import type { Database } from "./database.js";
import { Hints } from "./hints.js";
import type { Statements } from "./statements.js";

/** What is due but cannot be claimed, as while its object is at work, is looked at again after this. */
const SHORTEST_MS = 100;

/** Waits until a delivery may be due: something was stored, or a pause or lease is over. */
export class Waiting {
  readonly #database: Database<unknown>;
  readonly #statements: Statements;
  readonly #hints: Hints;
  readonly #waiters = new Set<() => void>();

  constructor(database: Database<unknown>, statements: Statements, channel: string) {
    this.#database = database;
    this.#statements = statements;
    this.#hints = new Hints(database, channel, () => this.wake());
  }

  /** Ends the waiting, in this process and in others. */
  announce(): void {
    this.wake();
    this.#hints.notify();
  }

  /** Ends the waiting in this process. */
  wake(): void {
    for (const wake of this.#waiters) wake();
  }

  async wait(signal: AbortSignal, pollMs: number, livemode: boolean | undefined): Promise<void> {
    if (signal.aborted) return;
    this.#hints.listen(signal);
    let timer: NodeJS.Timeout | undefined;
    let wake: () => void = () => undefined;
    // Listens before it looks, so that nothing stored between is missed.
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    this.#waiters.add(wake);
    const stopListening = onAbort(signal, wake);
    try {
      const [row] = (await this.#database.query(this.#statements.nextDue, [deliveryIdPrefix(livemode)])).rows;
      const dueInMs = row?.["due_in_ms"] == null ? pollMs : Number(row["due_in_ms"]);
      timer = setTimeout(wake, Math.min(pollMs, Math.max(dueInMs, SHORTEST_MS)));
      await woken;
    } finally {
      clearTimeout(timer);
      stopListening();
      this.#waiters.delete(wake);
    }
  }
}
