/** What the inbox needs of a Postgres client, whichever it is. */

/** A row by its columns' names. */
export type Row = Readonly<Record<string, unknown>>;

/** What a statement came to. */
export interface Answer {
  readonly rows: readonly Row[];
  /** The command's name, which tells a commit from a rollback. */
  readonly command?: string | undefined;
}

/** A statement of the inbox's own, with its values, `$1` and on. */
export interface Statement {
  readonly text: string;
  readonly values: readonly (string | number | null)[];
}

/** Runs one statement with its values, `$1` and on. */
export type Query = (text: string, values?: unknown[]) => Promise<Answer>;

/** A pool that hands out clients, like that of node-postgres. The client is the handler's `tx`. */
export interface ConnectingPool<Client extends ConnectedClient> {
  connect(): Promise<Client>;
  /** A pool of three or more can spare a connection to be notified on, and one of two or more keeps one free for others. */
  readonly options?:
    | { readonly max?: number | undefined; readonly connectionTimeoutMillis?: number | undefined }
    | undefined;
  /** Calls the listener with each new client before anybody gets it. */
  on?(event: "connect", listener: (client: Client) => void): unknown;
}

export interface ConnectedClient {
  /** Resolves to an answer for each statement where `text` has several, as that of node-postgres does. */
  query(text: string, values?: unknown[]): Promise<Answer | readonly Answer[]>;
  /** Returns the client to the pool, or ends its connection if `destroy` is true. */
  release(destroy?: boolean): void;
  on?(event: "error" | "notification", listener: (given: unknown) => void): unknown;
  removeListener?(event: "error" | "notification", listener: (given: unknown) => void): unknown;
}

/** An adapter for any other library. `docs/postgres-inbox.md` has one for each library that was tested. */
export interface TransactingPool<Tx> {
  /** Runs one statement outside of any transaction. */
  readonly query: Query;
  /**
   * Runs `work` in a transaction, commits when it resolves, rolls back when it rejects, and rejects with its error. The
   * first argument becomes the handler's `tx`; the second runs one statement in the same transaction.
   */
  readonly transaction: <T>(work: (tx: Tx, query: Query) => Promise<T>) => Promise<T>;
  /** Listens on a channel, where the library can; deliveries are then taken up sooner. */
  readonly listen?: ((channel: string, onNotification: () => void) => Promise<StopListening>) | undefined;
}

/** Any pool that a Postgres inbox takes. */
export type PostgresPool = ConnectingPool<ConnectedClient> | TransactingPool<unknown>;

/** The `tx` that handlers get from an inbox on this pool. */
export type TransactionOf<Pool> =
  Pool extends TransactingPool<infer Tx>
    ? Tx
    : Pool extends { connect(): Promise<infer Client> }
      ? unknown extends Client
        ? OverloadedClient<Pool>
        : Client
      : never;

/** The `connect` of node-postgres also takes a callback, and types are inferred from its last form alone. */
type OverloadedClient<Pool> = Pool extends {
  connect: { (): Promise<infer Client>; (callback: infer _Callback): void };
}
  ? Client
  : never;

/** Stops listening. It does not reject. */
export type StopListening = () => void | Promise<void>;

/** A transaction that has begun. */
export interface Opened<Tx> {
  readonly tx: Tx;
  readonly query: Query;
  /** Of the statement that opened it. */
  readonly row: Row | undefined;
  /** Of the statement that was committed before it, all columns as text. */
  readonly before?: Row | undefined;
  /** Aborts when the connection is known to be gone. */
  readonly lost: AbortSignal;
}

/** What the work of a transaction came to, and the statement that must be its last. */
export interface Closing<T> {
  readonly value: T;
  readonly close?: Statement;
}

/** What a transaction came to. */
export interface Ended<T> {
  readonly value: T;
  /** Whether the commit was seen. Some clients resolve although Postgres rolled back. */
  readonly isConfirmed: boolean;
}

/** A place to run the statements of one attempt. */
export interface Session<Tx> {
  readonly query: Query;
  /** Whether `transaction` takes `before`. */
  readonly takesBefore: boolean;
  /**
   * Runs `work` in a transaction at READ COMMITTED, after the statement `open` and before the one that it resolves to.
   * `before` is committed by itself first, in the same message.
   */
  transaction<T>(
    open: Statement,
    work: (opened: Opened<Tx>) => Promise<Closing<T>>,
    before?: Statement,
  ): Promise<Ended<T>>;
}

/** How to wait for a connection. */
export interface ConnectionWait {
  /** Stops waiting. */
  readonly signal?: AbortSignal | undefined;
  /** Whether to wait until those who are at work have ended, however long they take: for what nobody waits for. */
  readonly isPatient?: boolean | undefined;
}

export interface Database<Tx> {
  /** Runs one statement outside of any transaction. */
  readonly query: Query;
  /** Does so for what nobody waits for: a pool that never answers, such as one that has ended, does not hold the process. */
  readonly queryInBackground: Query;
  /** Runs `work` with one connection, where the client has connections to hand out. */
  session<T>(work: (session: Session<Tx>) => Promise<T>, wait?: ConnectionWait): Promise<T>;
  /** Listens on a channel until it is stopped or its connection is lost. Absent where that cannot be. */
  readonly listen?: (
    channel: string,
    onNotification: () => void,
    onLost: () => void,
  ) => Promise<StopListening>;
}
