/** What a job holds: ids alone, so that its worker reads what is true when it runs. */
export interface SubscriptionChange {
  readonly tenantId: string;
  readonly subscriptionId: string;
  /** Stays the same for the event: pass it on to whatever the worker calls. */
  readonly idempotencyKey: string;
}

/** Does what takes long. It may run more than once, and should stop when the signal says so. */
export type CarryOut = (change: SubscriptionChange, signal?: AbortSignal) => Promise<void>;
