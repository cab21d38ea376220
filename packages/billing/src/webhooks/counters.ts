import type { InboxStats } from "./inbox/inbox.js";
import type { IgnoredReason, Outcome } from "./outcome.js";

/**
 * The counts of this process since the receiver was created, and the present state of the inbox, for any metrics
 * library.
 */
export interface WebhookStats {
  readonly outcomes: Readonly<Record<Outcome["status"], number>>;
  readonly ignored: Readonly<Record<IgnoredReason, number>>;
  /** The milliseconds from an event's creation at Stripe until it was handled here; absent before the first. */
  readonly lagMs?: { readonly last: number; readonly max: number };
  readonly inbox: InboxStats;
}

/** Counts outcomes, for {@link WebhookStats}. */
export class Counters {
  readonly #outcomes: Record<Outcome["status"], number> = {
    handled: 0,
    stored: 0,
    duplicate: 0,
    ignored: 0,
    busy: 0,
    unresolved: 0,
    failed: 0,
    dead: 0,
    rejected: 0,
  };
  readonly #ignored: Record<IgnoredReason, number> = {
    no_handler: 0,
    no_owner: 0,
    foreign: 0,
    other_mode: 0,
  };
  #lagMs: { readonly last: number; readonly max: number } | undefined;

  add(outcome: Outcome): void {
    this.#outcomes[outcome.status] += 1;
    if (outcome.status === "ignored") this.#ignored[outcome.reason] += 1;
  }

  addLag(lagMs: number): void {
    // Stripe's clock and this machine's may differ by more than the lag.
    const last = Math.max(0, lagMs);
    this.#lagMs = { last, max: Math.max(last, this.#lagMs?.max ?? 0) };
  }

  read(inbox: InboxStats): WebhookStats {
    const counts = { outcomes: { ...this.#outcomes }, ignored: { ...this.#ignored }, inbox };
    return Object.freeze(this.#lagMs === undefined ? counts : { ...counts, lagMs: this.#lagMs });
  }
}
