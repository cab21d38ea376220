import type { Database, Query } from "./database.js";
import type { Statements } from "./statements.js";

const BATCH = 1_000;
const PAUSE_MS = 60_000;
const FIRST_HASH = String(-(2n ** 63n));
/** While there is more to forget. */
const SHORT_PAUSE_MS = 1_000;

/** Forgets what is older than the retention, a bounded batch at a time, now and then. */
export class Retention {
  readonly #database: Database<unknown>;
  readonly #statements: Statements;
  readonly #retentionMs: number;
  #nextAtMs = 0;
  #isRunning = false;
  /** Where the next look at objects begins: their hashes are of 64 bits, which a number cannot hold. */
  #lastObject = FIRST_HASH;

  constructor(database: Database<unknown>, statements: Statements, retentionMs: number) {
    this.#database = database;
    this.#statements = statements;
    this.#retentionMs = retentionMs;
  }

  /** Forgets a batch in the background, if it is time. A failure is no one's: the next time does it. */
  nudge(): void {
    if (this.#isRunning || performance.now() < this.#nextAtMs) return;
    this.#isRunning = true;
    void this.#forgetAndRest();
  }

  async #forgetAndRest(): Promise<void> {
    const forgotten = await this.#forgetBatch(this.#database.queryInBackground).catch(() => 0);
    this.#nextAtMs = performance.now() + (forgotten < BATCH ? PAUSE_MS : SHORT_PAUSE_MS);
    this.#isRunning = false;
  }

  /** Forgets one batch of deliveries and looks at one of objects. Resolves to how many deliveries it forgot. */
  forget(): Promise<number> {
    return this.#forgetBatch(this.#database.query);
  }

  async #forgetBatch(query: Query): Promise<number> {
    const forgotten = await query(this.#statements.forgetHandled, [this.#retentionMs, BATCH]);
    const values = [this.#lastObject, this.#retentionMs, BATCH];
    const [objects] = (await query(this.#statements.forgetObjects, values)).rows;
    this.#lastObject = Number(objects?.["seen"]) < BATCH ? FIRST_HASH : String(objects?.["last"]);
    return forgotten.rows.length;
  }
}
