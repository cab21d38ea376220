import { Deadline } from "../../../deadline.js";
import { DeadlineError } from "../../../errors.js";
import type {
  Closing,
  Database,
  Ended,
  Opened,
  Query,
  Session,
  Statement,
  TransactingPool,
} from "./database.js";
import { endable } from "./endable.js";

/** Reaches Postgres through a client that runs transactions itself. */
export function transactingDatabase<Tx>(pool: TransactingPool<Tx>, timeoutMs: number): Database<Tx> {
  const toDeadline = () => new Deadline(timeoutMs, [], { what: "A statement of the webhook inbox" });
  const inTime =
    (query: Query): Query =>
    (text, values) =>
      toDeadline().race(query(text, values));
  const query = inTime((text, values) => pool.query(text, values));
  const queryInBackground: Query = (text, values) => toDeadline().unref().race(pool.query(text, values));

  async function transaction<T>(
    open: Statement,
    work: (opened: Opened<Tx>) => Promise<Closing<T>>,
  ): Promise<Ended<T>> {
    const patience = new Patience(timeoutMs);
    const lost = new AbortController();
    const running = pool.transaction(async (tx, query) => {
      patience.pause();
      const { facade, end } = endable(tx, "The transaction of this webhook is over.");
      const inTransaction = inTime(query);
      try {
        await inTransaction("SET TRANSACTION ISOLATION LEVEL READ COMMITTED");
        const [row] = (await inTransaction(open.text, [...open.values])).rows;
        const { value, close } = await work({ tx: facade, query: inTransaction, row, lost: lost.signal });
        end();
        if (close !== undefined) await inTransaction(close.text, [...close.values]);
        return value;
      } finally {
        end();
        patience.resume();
      }
    });
    return { value: await patience.wait(running), isConfirmed: false };
  }

  const session: Session<Tx> = { query, transaction, takesBefore: false };
  const { listen } = pool;
  return {
    query,
    queryInBackground,
    session: (work) => work(session),
    ...(listen && { listen: (channel, onNotification) => listen(channel, onNotification) }),
  };
}

/** Waits for a transaction to begin and to end, but not for what is done in it. */
class Patience {
  readonly #timeoutMs: number;
  readonly #over: Promise<never>;
  #giveUp: (reason: Error) => void = () => undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    this.#over = new Promise((_, reject) => {
      this.#giveUp = reject;
    });
    this.resume();
  }

  pause(): void {
    clearTimeout(this.#timer);
  }

  resume(): void {
    this.pause();
    const error = new DeadlineError(`A transaction did not begin or end within ${this.#timeoutMs} ms.`);
    this.#timer = setTimeout(() => this.#giveUp(error), this.#timeoutMs);
  }

  async wait<T>(running: Promise<T>): Promise<T> {
    try {
      return await Promise.race([running, this.#over]);
    } finally {
      this.pause();
    }
  }
}
