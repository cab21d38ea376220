import type { WebhookInbox } from "../../webhooks/inbox/inbox.js";

/** What a test of the contract gets of a store. Parts that no chosen promise needs may be left out. */
export interface OpenInbox {
  readonly inbox: WebhookInbox<unknown>;
  /** Another process's inbox on the same store. Leave it out when the store belongs to one process. */
  readonly peer?: WebhookInbox<unknown> | undefined;
  /** Expires the lease of every claim, as when its holder is stopped. For `leased`. */
  readonly expireClaims?: (() => void | Promise<void>) | undefined;
  /**
   * Opens the store as a process does that starts after the others were killed: without closing anything, and with
   * nothing that was only in memory. For `durable`.
   */
  readonly reopen?: (() => WebhookInbox<unknown> | Promise<WebhookInbox<unknown>>) | undefined;
  /** Makes all that is in the store that much older, such as by moving its times back. For `durable`. */
  readonly passTime?: ((ms: number) => void | Promise<void>) | undefined;
  /** Faults between `inbox` and its store. For `faults`. */
  readonly faults?: StoreFaults | undefined;
  /** Writes through the claim's transaction. For `transactional`. */
  readonly effects?: TransactionProbe | undefined;
  readonly close?: (() => void | Promise<void>) | undefined;
}

/** Breaks the link between `inbox` and its store once, such as in a wrapper of the client. */
export interface StoreFaults {
  /** The next statement that writes fails and changes nothing, be it a commit. */
  readonly failNextWrite: () => void;
  /**
   * The next change that stands takes effect, and its answer is lost: the client rejects. In a transaction it is the
   * commit.
   */
  readonly loseNextAnswer: () => void;
}

/** Writes and counts rows of a table of the test's own, in the database of the store. */
export interface TransactionProbe {
  /** Adds a row through the transaction of a claim. */
  readonly write: (tx: unknown, name: string) => void | Promise<void>;
  /** Counts the committed rows of that name. */
  readonly count: (name: string) => number | Promise<number>;
}
