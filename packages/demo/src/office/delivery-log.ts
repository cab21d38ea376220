import type { Outcome } from "@repo/billing/webhooks";
import type { Watchers } from "../watchers.js";

/** An event of Stripe's, with what became of each of its deliveries. */
export interface LoggedEvent {
  /** Null for a delivery that was not verified. */
  readonly eventId: string | null;
  readonly eventType: string;
  /** Known once it was handled. */
  readonly tenantId: string | undefined;
  /** Oldest first. */
  readonly deliveries: readonly LoggedDelivery[];
}

export interface LoggedDelivery {
  readonly at: Date;
  readonly status: Outcome["status"];
  readonly durationMs: number;
  readonly error: string | undefined;
}

const KEPT_EVENTS = 25;

/** Remembers the latest events and the outcome of every delivery of theirs. */
export class DeliveryLog {
  readonly #events = new Map<string, LoggedEvent>();
  readonly #watchers: Watchers;

  constructor(watchers: Watchers) {
    this.#watchers = watchers;
  }

  /** Newest first. */
  list(): readonly LoggedEvent[] {
    return [...this.#events.values()].reverse();
  }

  note(outcome: Outcome): void {
    const eventId = outcome.delivery?.eventId ?? null;
    const key = eventId ?? crypto.randomUUID();
    const before = this.#events.get(key);
    const delivery = {
      at: new Date(),
      status: outcome.status,
      durationMs: outcome.durationMs,
      error: "error" in outcome && outcome.error instanceof Error ? outcome.error.message : undefined,
    };
    this.#events.set(key, {
      eventId,
      eventType: outcome.delivery === undefined ? "Not verified" : outcome.eventType,
      tenantId: "tenantId" in outcome ? outcome.tenantId : before?.tenantId,
      deliveries: [...(before?.deliveries ?? []), delivery],
    });
    for (const old of [...this.#events.keys()].slice(0, -KEPT_EVENTS)) this.#events.delete(old);
    this.#watchers.notify();
  }
}
