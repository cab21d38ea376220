import { Deadline } from "../../../deadline.js";
import type {
  Answer,
  Closing,
  ConnectedClient,
  ConnectingPool,
  ConnectionWait,
  Database,
  Ended,
  Opened,
  Query,
  Row,
  Session,
  Statement,
  StopListening,
} from "./database.js";
import { endable } from "./endable.js";
import { inline } from "./inline.js";
import { OneMessage, takesOneMessage } from "./one-message.js";
import { seatsOf } from "./seats.js";
import { findSqlState } from "./sqlstate.js";

/**
 * Reaches Postgres through a pool of clients. Each delivery holds one client at a time, so that a pool of one is enough,
 * and all together leave one free, where there are more.
 */
export function connectingDatabase<Client extends ConnectedClient>(
  pool: ConnectingPool<Client>,
  timeoutMs: number,
): Database<Client> {
  // A session may die in the moment in which the pool hands its client over, before the one who asked can listen.
  pool.on?.("connect", listenForErrors);

  const seats = seatsOf(pool);

  async function session<T>(
    work: (session: Session<Client>) => Promise<T>,
    { signal, isPatient }: ConnectionWait = {},
  ): Promise<T> {
    // As long as the pool itself would have them wait.
    const waitMs = isPatient ? NO_END_MS : pool.options?.connectionTimeoutMillis || timeoutMs;
    await seats.take(toConnect(waitMs, signal));
    try {
      return await connected(work, toConnect(timeoutMs, signal));
    } finally {
      seats.leave();
    }
  }

  async function connected<T>(work: (session: Session<Client>) => Promise<T>, wait: Deadline): Promise<T> {
    const client = await connect(pool, wait);
    const connection = new Connection(client, timeoutMs);
    try {
      return await work(connection);
    } finally {
      connection.close();
    }
  }
  const query: Query = (text, values) =>
    connected((connection) => connection.query(text, values), toConnect(timeoutMs));
  const queryInBackground: Query = (text, values) =>
    connected((connection) => connection.query(text, values), toConnect(timeoutMs).unref());
  const database = { session, query, queryInBackground };
  // One that listens is missing from the pool, which must not leave the work without any.
  return (pool.options?.max ?? 0) < 3 ? database : { ...database, listen };

  async function listen(
    channel: string,
    onNotification: () => void,
    onLost: () => void,
  ): Promise<StopListening> {
    await seats.take(toConnect(timeoutMs).unref());
    const client = await connect(pool, toConnect(timeoutMs).unref()).catch((error: unknown) => {
      seats.leave();
      throw error;
    });
    client.on?.("error", onLost);
    client.on?.("notification", onNotification);
    const stop = () => {
      client.removeListener?.("notification", onNotification);
      // Ended, not given back: it still listens. Its error listener stays for what it has to tell in the end.
      client.release(true);
      seats.leave();
    };
    try {
      await client.query(`LISTEN "${channel}"`);
    } catch (error) {
      stop();
      throw error;
    }
    let isStopped = false;
    return () => {
      if (!isStopped) stop();
      isStopped = true;
    };
  }
}

/** The longest time of a timer. */
const NO_END_MS = 2 ** 31 - 1;

/** Without a listener for what a client tells of its end, Node ends the process. Who uses the client learns it anyway. */
function listenForErrors(client: Pick<ConnectedClient, "on">): void {
  client.on?.("error", () => undefined);
}

function toConnect(timeoutMs: number, signal?: AbortSignal): Deadline {
  return new Deadline(timeoutMs, [signal], { what: "Getting a connection from the pool" });
}

/** Waits for a client; one that comes too late is given back. */
async function connect<Client extends ConnectedClient>(
  pool: ConnectingPool<Client>,
  wait: Deadline,
): Promise<Client> {
  const connecting = pool.connect();
  try {
    return await wait.race(connecting);
  } catch (error) {
    connecting.then(
      (client) => client.release(),
      () => undefined,
    );
    throw error;
  }
}

/** A client while it is ours. */
class Connection<Client extends ConnectedClient> implements Session<Client> {
  readonly #client: Client;
  readonly #timeoutMs: number;
  /** Made for a transaction alone, since nothing else asks for it. */
  #lost: AbortController | undefined;
  #isSound = true;

  constructor(client: Client, timeoutMs: number) {
    this.#client = client;
    this.#timeoutMs = timeoutMs;
    // Without a listener, a connection that is lost while it is ours would end the process.
    client.on?.("error", this.#onError);
  }

  readonly #onError = (error: unknown): void => {
    this.#isSound = false;
    this.#lost?.abort(error);
  };

  readonly query = async (text: string, values?: unknown[]): Promise<Answer> => {
    const answered = await this.#wait(() => this.#client.query(text, values));
    return (isSeveral(answered) ? answered.at(-1) : answered) ?? { rows: [] };
  };

  get takesBefore(): boolean {
    return takesOneMessage(this.#client);
  }

  /** Sends its own statements together with BEGIN and COMMIT, which saves three of six round trips. */
  async transaction<T>(
    open: Statement,
    work: (opened: Opened<Client>) => Promise<Closing<T>>,
    before?: Statement,
  ): Promise<Ended<T>> {
    const lost = new AbortController();
    this.#lost = lost;
    // A handler that gives the client back, as one does with a pool's, would hand this transaction to whoever gets it next.
    const kept = { release: () => undefined };
    const { facade, end } = endable(this.#client, "The transaction of this webhook is over.", kept);
    try {
      const opened =
        before === undefined ? { row: await this.#open(open) } : await this.#openAfter(before, open);
      const { value, close } = await work({ tx: facade, query: this.query, lost: lost.signal, ...opened });
      end();
      // Postgres runs nothing of a message after a statement that failed, so it commits only what was closed.
      const { command } = await this.query(close === undefined ? "COMMIT" : `${inline(close)}; COMMIT`);
      // Postgres answers so when a statement had failed, which is no error to the client.
      if (command === "ROLLBACK")
        throw new Error("A statement had failed, so Postgres rolled the transaction back.");
      return { value, isConfirmed: command === "COMMIT" };
    } catch (error) {
      end();
      // Where this is not sent or fails, the connection ends, and with it the transaction.
      if (this.#isSound) await this.query("ROLLBACK").catch(() => undefined);
      throw error;
    }
  }

  async #open(open: Statement): Promise<Row | undefined> {
    return (await this.query(`${BEGIN}; ${inline(open)}`)).rows[0];
  }

  async #openAfter(before: Statement, open: Statement): Promise<Pick<Opened<Client>, "row" | "before">> {
    const client = this.#client;
    if (!takesOneMessage(client)) throw new Error("This client sends one statement at a time.");
    const message = new OneMessage([
      { text: BEGIN, values: [] },
      before,
      { text: "COMMIT AND CHAIN", values: [] },
      open,
    ]);
    const [, first, , row] = await this.#wait(async () => {
      // Some wrappers of a client make this a promise.
      await client.query(message);
      return message.rows;
    });
    return { before: first, row };
  }

  /** Waits for an answer, and remembers when none came. */
  async #wait<T>(send: () => Promise<T>): Promise<T> {
    const deadline = new Deadline(this.#timeoutMs, [], { what: "A statement of the webhook inbox" });
    try {
      return await deadline.race(send());
    } catch (error) {
      if (!isAnswer(error)) this.#isSound = false;
      throw error;
    }
  }

  /** Gives the client back, if nothing is known to be wrong with it. */
  close(): void {
    // One that is thrown away may still have an error to tell.
    if (this.#isSound) this.#client.removeListener?.("error", this.#onError);
    this.#client.release(!this.#isSound);
  }
}

const BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED";

function isSeveral(answered: Answer | readonly Answer[]): answered is readonly Answer[] {
  return Array.isArray(answered);
}

/** Whether an error is the server's answer to a statement, and not the end of the connection or of our patience. */
function isAnswer(error: unknown): boolean {
  const state = findSqlState(error);
  return state !== undefined && !ENDS_CONNECTION.test(state);
}

/** Of classes 08 and 57, some do not end it; to open another is no harm. 25P03 and 25P04 are time-outs of a session. */
const ENDS_CONNECTION = /^(?:08|57|XX|25P03|25P04)/;
