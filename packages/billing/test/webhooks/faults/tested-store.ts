/** An inbox's server, and what a run has in it. */
export interface TestedStore {
  readonly kind: "postgres" | "redis";
  /** The server's. */
  readonly url: string;
  /** Names what a run has in the server, and the connections of its processes. */
  readonly name: string;
  /** In a request whose answer is worth losing: of all, the one after which it is too late to change one's mind. */
  readonly decisive: Buffer;
  create(): Promise<void>;
  drop(): Promise<void>;
  /** Lets the time pass that the inbox leaves between a failed attempt and the next. Leases it leaves as they are. */
  passPauses(): Promise<void>;
  /** How many are waiting, and how many are settled: what changes while anything goes on. */
  progress(): Promise<Progress>;
  /** The events that are neither settled nor dead. */
  waiting(): Promise<ReadonlySet<string>>;
  /** The events that used up their attempts. */
  dead(): Promise<ReadonlySet<string>>;
  /** How many effects each event has, where the inbox promises one. */
  effects(): Promise<ReadonlyMap<string, number>> | undefined;
  /** How long after the end of a dead claim's lease it was taken over, by the server's clock, in milliseconds, sorted. */
  takeovers(): Promise<readonly number[]>;
  /** Ends the sessions of the processes, or a random one of them. */
  endSessions(most?: number): Promise<number>;
  /** Takes all connections that the server has, while the processes need new ones. */
  exhaust(): Promise<void>;
  /** Sets the server's clock so far ahead of the true time, or behind it. */
  setClock(aheadMs: number): Promise<void>;
  /** Ends the server at once. */
  crash(): Promise<void>;
  /** Ends the server in order. */
  shutDown(): Promise<void>;
  start(): Promise<void>;
}

export interface Progress {
  readonly waiting: number;
  readonly settled: number;
}
