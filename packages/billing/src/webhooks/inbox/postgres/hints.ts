import { setTimeout as sleep } from "node:timers/promises";
import { onAbort } from "../../../on-abort.js";
import { pause } from "../../pause.js";
import type { Database, StopListening } from "./database.js";

/** As text, because some clients refuse a column without a type. */
const NOTIFY = "SELECT pg_notify($1, '')::text";

/** How long a notification of one's own may take. */
const TEST_MS = 2_000;
/** Between two attempts to listen. */
const RETRY_MS = 10_000;
/** Between two notifications: each takes a lock that all commits of notifiers share. */
const NOTIFY_EVERY_MS = 50;

/**
 * Tells other processes that something was stored, and is told so. Hints alone: where no session can be held, as behind
 * a pooler, none arrive, and whoever waits looks by itself.
 */
export class Hints {
  readonly #database: Database<unknown>;
  readonly #channel: string;
  readonly #onHint: () => void;
  #isListening = false;
  #isNotifying = false;
  #isAsked = false;

  constructor(database: Database<unknown>, channel: string, onHint: () => void) {
    this.#database = database;
    this.#channel = channel;
    this.#onHint = onHint;
  }

  /** Notifies in the background, at most twenty times a second. */
  notify(): void {
    if (this.#isNotifying) this.#isAsked = true;
    else void this.#notifyWhileAsked();
  }

  async #notifyWhileAsked(): Promise<void> {
    this.#isNotifying = true;
    do {
      this.#isAsked = false;
      // A hint that is lost costs the time until the next look.
      await this.#database.queryInBackground(NOTIFY, [this.#channel]).catch(() => undefined);
      await sleep(NOTIFY_EVERY_MS, undefined, { ref: false });
    } while (this.#isAsked);
    this.#isNotifying = false;
  }

  /** Listens in the background until the signal aborts. Does nothing while it listens already. */
  listen(signal: AbortSignal): void {
    if (!this.#isListening) void this.#listenUntilLost(signal);
  }

  async #listenUntilLost(signal: AbortSignal): Promise<void> {
    const { listen } = this.#database;
    if (listen === undefined || signal.aborted) return;
    this.#isListening = true;
    const lost = new AbortController();
    let stop: StopListening | undefined;
    let hear: () => void = () => undefined;
    const heard = new Promise<true>((resolve) => {
      hear = () => resolve(true);
    });
    const onHint = () => {
      hear();
      this.#onHint();
    };
    try {
      // Whoever waits then looks again, and so listens again.
      const onLost = () => {
        lost.abort();
        this.#onHint();
      };
      stop = await listen(this.#channel, onHint, onLost);
      await this.#database.queryInBackground(NOTIFY, [this.#channel]);
      const isHeard = await Promise.race([heard, pause(TEST_MS, signal)]);
      // What cannot be heard is not worth a connection. A pooler does not change by itself.
      if (isHeard) await untilAborted(AbortSignal.any([signal, lost.signal]));
      else await Promise.resolve(stop()).then(() => untilAborted(signal));
    } catch {
      await pause(RETRY_MS, signal);
    } finally {
      await stop?.();
      this.#isListening = false;
    }
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else onAbort(signal, resolve);
  });
}
