import type { Outcome } from "../outcome.js";
import { formatCursor, type Position } from "./cursor.js";

/** The progress of a run. */
export interface ReconcileReport {
  /** The position to continue from, in any process. It never moves past an event that is neither stored nor handled. */
  readonly cursor: string;
  /** Events, subscriptions or customers that Stripe listed. */
  readonly listed: number;
  /** How many of them were handled or stored by this run. A stored one counts again in each run until it is handled. */
  readonly recovered: number;
  /**
   * How many of them failed, or were being handled by another process. The next run from this cursor lists them again.
   */
  readonly unsettled: number;
  /**
   * How many of them are dead, since this run or from before: all their attempts failed, and no run tries them again.
   * `listDead` has them, and `requeue` tries them once more.
   */
  readonly dead: number;
  /**
   * Connected accounts that the API key has no access to, or no longer; they were skipped. Absent if there are none.
   */
  readonly refusedAccounts?: readonly string[];
}

/** Outcomes after which an event has to be tried again. */
const UNSETTLED: ReadonlySet<Outcome["status"]> = new Set(["failed", "busy", "unresolved"]);
const SETTLED_BEFORE: ReadonlySet<Outcome["status"]> = new Set(["duplicate", "ignored", "rejected"]);

/** Keeps how far a run has come. Lists are walked side by side, so some end before those that began earlier. */
export class Progress {
  readonly #fromSeconds: number;
  readonly #toSeconds: number;
  readonly #types: string;
  #unsettledSeconds: number | undefined;
  /** Lists that have been passed for good, and where a resumed run has to begin. */
  #passed: number;
  #lastPassed: string | undefined;
  /** In the order in which the lists began. */
  readonly #pages: Map<string, string | null>;
  #listed = 0;
  #recovered = 0;
  #unsettled = 0;
  #dead = 0;
  readonly #refused = new Set<string>();

  constructor(position: Position & { readonly toSeconds: number }, types: string) {
    const isOfSameLists = position.types === types;
    this.#fromSeconds = position.fromSeconds;
    this.#toSeconds = position.toSeconds;
    this.#types = types;
    this.#unsettledSeconds = position.unsettledSeconds;
    this.#passed = isOfSameLists ? (position.passed ?? 0) : 0;
    this.#lastPassed = isOfSameLists ? position.lastPassed : undefined;
    this.#pages = new Map(isOfSameLists ? Object.entries(position.pages ?? {}) : []);
  }

  get fromSeconds(): number {
    return this.#fromSeconds;
  }

  get toSeconds(): number {
    return this.#toSeconds;
  }

  get passed(): number {
    return this.#passed;
  }

  get lastPassed(): string | undefined {
    return this.#lastPassed;
  }

  /** Begins anew, where the lists are not those that the cursor is about. */
  restart(): void {
    this.#passed = 0;
    this.#lastPassed = undefined;
    this.#pages.clear();
  }

  /** The cursor of a list's next page; `undefined` for its first, `null` when it has ended. */
  begin({ name }: { readonly name: string }): string | null | undefined {
    const page = this.#pages.get(name);
    if (page === undefined) this.#pages.set(name, "");
    return page === "" ? undefined : page;
  }

  add(outcome: Pick<Outcome, "status">, createdAtMs: number): void {
    this.#listed += 1;
    if (UNSETTLED.has(outcome.status)) {
      this.#unsettled += 1;
      const seconds = Math.floor(createdAtMs / 1000);
      this.#unsettledSeconds = Math.min(seconds, this.#unsettledSeconds ?? seconds);
    } else if (outcome.status === "dead") {
      this.#dead += 1;
    } else if (!SETTLED_BEFORE.has(outcome.status)) {
      this.#recovered += 1;
    }
  }

  /** Counts what was listed and is as it should be. */
  passOver(count: number): void {
    this.#listed += count;
  }

  /** Remembers an account whose lists Stripe does not show. */
  refuse(account: string): void {
    this.#refused.add(account);
  }

  /** Passes a page, and with the last one its list, once all that began before have ended too. */
  pass({ name }: { readonly name: string }, nextPage: string | undefined): void {
    this.#pages.set(name, nextPage ?? null);
    for (const [first, page] of this.#pages) {
      if (page !== null) return;
      this.#pages.delete(first);
      this.#passed += 1;
      this.#lastPassed = first;
    }
  }

  /** Where the run stands. */
  report(): ReconcileReport {
    return this.#reportWith({
      fromSeconds: this.#fromSeconds,
      toSeconds: this.#toSeconds,
      unsettledSeconds: this.#unsettledSeconds,
      types: this.#types,
      passed: this.#passed,
      lastPassed: this.#lastPassed,
      pages: Object.fromEntries(this.#pages),
    });
  }

  /** The end of the run, from which the next one begins: before what Stripe may list late, and what is not settled. */
  finish(overlapSeconds: number): ReconcileReport {
    const endSeconds = Math.max(this.#fromSeconds, this.#toSeconds - overlapSeconds);
    return this.#reportWith({ fromSeconds: Math.min(endSeconds, this.#unsettledSeconds ?? endSeconds) });
  }

  #reportWith(position: Position): ReconcileReport {
    return Object.freeze({
      cursor: formatCursor(position),
      listed: this.#listed,
      recovered: this.#recovered,
      unsettled: this.#unsettled,
      dead: this.#dead,
      ...(this.#refused.size > 0 && { refusedAccounts: [...this.#refused] }),
    });
  }
}
