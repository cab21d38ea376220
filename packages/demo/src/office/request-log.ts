import type { RequestRecord } from "@repo/billing";
import type { Watchers } from "../watchers.js";

const KEPT_REQUESTS = 20;

/** Remembers the latest requests to Stripe that were tried again, and counts those that succeeded at once. */
export class RequestLog {
  #retried: readonly RequestRecord[] = [];
  #atOnce = 0;
  readonly #watchers: Watchers;

  constructor(watchers: Watchers) {
    this.#watchers = watchers;
  }

  /** Newest first. */
  get retried(): readonly RequestRecord[] {
    return this.#retried;
  }

  get atOnce(): number {
    return this.#atOnce;
  }

  note(record: RequestRecord): void {
    if (record.tries === 1) {
      this.#atOnce += 1;
      return;
    }
    this.#retried = [record, ...this.#retried].slice(0, KEPT_REQUESTS);
    this.#watchers.notify();
  }
}
