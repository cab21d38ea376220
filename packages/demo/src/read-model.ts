import type { Subscription } from "@repo/billing";

/** What the application shows of a tenant's billing, without asking Stripe for it. */
export interface TenantBilling {
  readonly subscriptions: readonly Subscription[];
  /** What webhooks said, the latest first. */
  readonly activity: readonly Activity[];
  /** Grows with every change. */
  readonly version: number;
}

export interface Activity {
  readonly receivedAt: Date;
  readonly eventType: string;
  /** As it was when the event was handled. */
  readonly subscription: Subscription;
}

const KEPT_ACTIVITY = 8;

/** In memory here; a table in your database elsewhere. */
export class ReadModel {
  readonly #tenants = new Map<string, TenantRecord>();

  get(tenantId: string): TenantBilling {
    const { subscriptions, activity, version } = this.#record(tenantId);
    return { subscriptions: [...subscriptions.values()].map((read) => read.subscription), activity, version };
  }

  /**
   * Keeps what the read that began last saw. Every event is followed by a read, so the last one to begin has seen them
   * all, in whatever order the reads end.
   */
  save(tenantId: string, subscription: Subscription, readAt: number): void {
    const record = this.#record(tenantId);
    const known = record.subscriptions.get(subscription.id);
    if (known !== undefined && known.readAt > readAt) return;
    record.subscriptions.set(subscription.id, { subscription, readAt });
    changed(record);
  }

  note(tenantId: string, eventType: string, subscription: Subscription): void {
    const record = this.#record(tenantId);
    record.activity.unshift({ receivedAt: new Date(), eventType, subscription });
    record.activity.splice(KEPT_ACTIVITY);
    changed(record);
  }

  /** Calls back after each change, until what it returns is called. */
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

function changed(record: TenantRecord): void {
  record.version += 1;
  for (const watcher of record.watchers) watcher();
}
