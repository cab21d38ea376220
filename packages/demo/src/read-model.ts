import type { Subscription } from "@repo/billing";
import { Watchers } from "./watchers.js";

/** A tenant's billing as the application shows it, without a request to Stripe. */
export interface TenantBilling {
  readonly subscriptions: readonly Subscription[];
  /** The latest webhooks, newest first. */
  readonly activity: readonly Activity[];
  /** Increases with every change. */
  readonly version: number;
}

export interface Activity {
  readonly receivedAt: Date;
  readonly eventType: string;
  /** The subscription as it was known before the event; undefined if it was not. */
  readonly before: Subscription | undefined;
  /** The subscription when the event was handled. */
  readonly subscription: Subscription;
}

const KEPT_ACTIVITY = 8;

/** Kept in memory here; in your application, a table in your database. */
export class ReadModel {
  readonly #tenants = new Map<string, TenantRecord>();

  get(tenantId: string): TenantBilling {
    const { subscriptions, activity, watchers } = this.#record(tenantId);
    const known = [...subscriptions.values()].map((read) => read.subscription);
    return { subscriptions: known, activity, version: watchers.version };
  }

  /**
   * Keeps the result of the read that started last. Each event starts a read, so that one has seen every event,
   * whatever the order in which the reads end. Returns what was known before.
   */
  save(tenantId: string, subscription: Subscription, readAt: number): Subscription | undefined {
    const record = this.#record(tenantId);
    const known = record.subscriptions.get(subscription.id);
    if (known === undefined || known.readAt <= readAt) {
      record.subscriptions.set(subscription.id, { subscription, readAt });
      record.watchers.notify();
    }
    return known?.subscription;
  }

  note(tenantId: string, event: Omit<Activity, "receivedAt">): void {
    const record = this.#record(tenantId);
    record.activity.unshift({ receivedAt: new Date(), ...event });
    record.activity.splice(KEPT_ACTIVITY);
    record.watchers.notify();
  }

  watchers(tenantId: string): Watchers {
    return this.#record(tenantId).watchers;
  }

  #record(tenantId: string): TenantRecord {
    const known = this.#tenants.get(tenantId);
    if (known !== undefined) return known;
    const empty = { subscriptions: new Map(), activity: [], watchers: new Watchers() };
    this.#tenants.set(tenantId, empty);
    return empty;
  }
}

interface TenantRecord {
  readonly subscriptions: Map<string, { readonly subscription: Subscription; readonly readAt: number }>;
  readonly activity: Activity[];
  readonly watchers: Watchers;
}
