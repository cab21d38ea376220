import { describeError } from "../../error-text.js";
import type { DurableInbox, InboxResult, Work } from "../inbox.js";
import { type Lease, type LeaseStore, type ObjectBusy, type Settlement, TxError } from "./lease-store.js";
import { retryPauseMs } from "./retry-pause.js";
import type { LeaseSettings } from "./settings.js";
import { Waiters } from "./waiters.js";

/** How often a process looks for what others did; what it did itself wakes it at once. */
const LOOK_EVERY_MS = 100;

/** Makes an inbox of a store whose claims are leases. */
export function leasedInbox<Tx>(
  store: LeaseStore<Tx>,
  { leaseMs, maxAttempts, objectWaitMs }: LeaseSettings,
): DurableInbox<Tx> {
  const waiters = new Waiters();

  return {
    async process(delivery, work, { signal } = {}) {
      signal?.throwIfAborted();
      const claimed = await claimObject((token) => store.claim(delivery, token), signal);
      if (claimed.status !== "claimed") return claimed;
      return attemptWork(claimed.lease, work, claimed.lease.attempt >= maxAttempts);
    },

    async requeue(key, work, { signal } = {}) {
      signal?.throwIfAborted();
      const claimed = await claimObject((token) => store.claimDead(key, token), signal);
      if (claimed?.status !== "claimed") return claimed;
      return attemptWork(claimed.lease, work, true);
    },

    async processNext(work, { signal, livemode } = {}) {
      signal?.throwIfAborted();
      const lease = await store.claimNext(crypto.randomUUID(), livemode);
      if (lease === undefined) return undefined;
      const { attempt, token: _, newestHandledAtMs: __, ...delivery } = lease;
      return { delivery, result: await attemptWork(lease, work, attempt >= maxAttempts) };
    },

    async store(delivery, { signal } = {}) {
      signal?.throwIfAborted();
      const result = await store.store(delivery);
      waiters.wakeAll();
      return result;
    },

    async release(key) {
      const isReleased = await store.release(key);
      if (isReleased) waiters.wakeAll();
      return isReleased;
    },

    async waitForDue({ signal, pollMs, livemode }) {
      const endsAtMs = performance.now() + pollMs;
      while (!signal.aborted && !(await store.hasDue(livemode))) {
        const remainingMs = endsAtMs - performance.now();
        if (remainingMs <= 0) return;
        await waiters.wait(Math.min(remainingMs, LOOK_EVERY_MS), signal);
      }
    },

    find: (key) => store.find(key),
    listDead: ({ limit = 100 } = {}) => store.listDead({ limit }),
    readStats: () => store.readStats(),
  };

  /** Claims as soon as the delivery's object is free. Under one token, so that a claim sent again is the same claim. */
  async function claimObject<R>(
    claim: (token: string) => Promise<R | ObjectBusy>,
    signal: AbortSignal | undefined,
  ): Promise<R | { readonly status: "busy" }> {
    const token = crypto.randomUUID();
    const endsAtMs = performance.now() + objectWaitMs;
    for (;;) {
      const claimed = await claim(token);
      if (!isObjectBusy(claimed)) return claimed;
      const remainingMs = endsAtMs - performance.now();
      if (remainingMs > 0) await waiters.wait(Math.min(remainingMs, LOOK_EVERY_MS), signal);
      if (remainingMs <= 0 || signal?.aborted) return { status: "busy" };
    }
  }

  async function attemptWork<T>(lease: Lease, work: Work<Tx, T>, isLast: boolean): Promise<InboxResult<T>> {
    const { token: _, ...claim } = lease;
    const tx = store.openTx();
    const lost = new AbortController();
    const timer = setTimeout(() => lost.abort(new Error(`The lease of ${leaseMs} ms has run out.`)), leaseMs);
    let newestAtMs = lease.createdAtMs;
    const sawObjectAt = (ms: number) => {
      newestAtMs = Math.max(newestAtMs, ms);
    };
    let value: T;
    try {
      value = await work({ ...claim, tx, sawObjectAt, signal: lost.signal });
    } catch (error) {
      return recordFailure(lease, error, tx, isLast);
    } finally {
      clearTimeout(timer);
    }
    try {
      const isSettled = await settle(lease, { status: "handled", newestAtMs }, tx);
      return isSettled ? { status: "handled", attempt: lease.attempt, value } : { status: "busy" };
    } catch (error) {
      if (error instanceof TxError) return recordFailure(lease, error.reason, tx, isLast);
      throw error;
    }
  }

  async function recordFailure(
    lease: Lease,
    error: unknown,
    tx: Tx,
    isLast: boolean,
  ): Promise<InboxResult<never>> {
    const { attempt } = lease;
    const text = describeError(error);
    const settlement: Settlement = isLast
      ? { status: "dead", error: text }
      : { status: "failed", error: text, pauseMs: retryPauseMs(attempt) };
    try {
      const isSettled = await settle(lease, settlement, tx);
      return isSettled ? { status: settlement.status, attempt, error } : { status: "busy" };
    } catch (storeError) {
      const message = "The handler failed, and the store could not record it.";
      throw new AggregateError([error, storeError], message, { cause: error });
    }
  }

  async function settle(lease: Lease, settlement: Settlement, tx: Tx): Promise<boolean> {
    const isSettled = await store.settle(lease, settlement, tx);
    // Its object is free now.
    waiters.wakeAll();
    return isSettled;
  }
}

function isObjectBusy(claimed: unknown): claimed is ObjectBusy {
  return typeof claimed === "object" && claimed !== null && Reflect.get(claimed, "status") === "object_busy";
}
