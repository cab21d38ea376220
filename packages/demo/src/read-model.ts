import type { Subscription } from "@repo/billing";

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
    const { subscriptions, activity, version } = this.#record(tenantId);
    return { subscriptions: [...subscriptions.values()].map((read) => read.subscription), activity, version };
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
      notifyWatchers(record);
    }
    return known?.subscription;
  }

  note(tenantId: string, event: Omit<Activity, "receivedAt">): void {
    const record = this.#record(tenantId);
    record.activity.unshift({ receivedAt: new Date(), ...event });
    record.activity.splice(KEPT_ACTIVITY);
    notifyWatchers(record);
  }

  /** Calls `onChange` after each change; returns a function that stops it. */
  watch(tenantId: string, onChange: () => void): () => void {
    const { watchers } = this.#record(tenantId);
    watchers.add(onChange);
    return () => watchers.delete(onChange);
  }

  #record(tenantId: string): TenantRecord {
    const known = this.#tenants.get(tenantId);
    if (known !== undefined) return known;
    const empty = { subscriptions: new Map(), activity: [], version: 0, watchers: new Set<() => void>() };
    this.#tenants.set(tenantId, empty);
    return empty;
  }
}

interface TenantRecord {
  readonly subscriptions: Map<string, { readonly subscription: Subscription; readonly readAt: number }>;
  readonly activity: Activity[];
  readonly watchers: Set<() => void>;
  version: number;
}

function notifyWatchers(record: TenantRecord): void {
  record.version += 1;
  for (const watcher of record.watchers) watcher();
}
