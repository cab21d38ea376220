import { assertInteger } from "../assert-integer.js";
import {
  type DeadDelivery,
  type Delivery,
  deliveryId,
  type InboxResult,
  type WebhookInbox,
  type Work,
} from "./inbox.js";

export interface MemoryInboxOptions {
  /** Most deliveries remembered at once. Default 100,000, some 30 MB. */
  readonly maxEvents?: number;
  /** How long a handled delivery is remembered. Default and least 35 days: Stripe can list an event for 30. */
  readonly retentionSeconds?: number;
  /** Attempts before a delivery is dead. Default 20. */
  readonly maxAttempts?: number;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

const DAY_SECONDS = 86_400;

/**
 * An inbox for one process and its lifetime: for tests, demonstrations, and handlers that only make state converge.
 * Other processes do not see its claims, and a restart forgets what was handled, failed or dead.
 *
 * When it is full, the deliveries handled longest ago are forgotten first, then failed ones. A held or dead delivery is
 * never forgotten: where nothing else is left, new deliveries are told to come again.
 *
 * @throws {ConfigurationError} for an option out of range.
 */
export function memoryInbox(options: MemoryInboxOptions = {}): WebhookInbox<undefined> {
  const {
    maxEvents = 100_000,
    retentionSeconds = 35 * DAY_SECONDS,
    maxAttempts = 20,
    now = Date.now,
  } = options;
  assertInteger("maxEvents", maxEvents, { min: 1, max: 10_000_000 });
  assertInteger("retentionSeconds", retentionSeconds, { min: 35 * DAY_SECONDS, max: 3650 * DAY_SECONDS });
  assertInteger("maxAttempts", maxAttempts, { min: 1, max: 1_000_000 });

  // A delivery is in at most one of these. Maps keep the order of insertion, so the first handled is the oldest.
  const held = new Set<string>();
  const handled = new Map<string, { readonly forgetAt: number }>();
  const failed = new Map<string, { readonly attempts: number }>();
  const dead = new Map<
    string,
    { readonly delivery: Delivery; readonly attempts: number; readonly diedAt: number }
  >();

  return {
    async process(delivery, work, { signal } = {}) {
      signal?.throwIfAborted();
      forgetExpired();
      const id = deliveryId(delivery.key);
      const death = dead.get(id);
      if (handled.has(id)) return { status: "duplicate" };
      if (death !== undefined) return { status: "dead", attempt: death.attempts };
      if (held.has(id)) return { status: "busy" };
      const attempt = (failed.get(id)?.attempts ?? 0) + 1;
      failed.delete(id);
      if (!makeRoom()) return { status: "busy" };
      return attemptWork(delivery, work, { attempt, last: attempt >= maxAttempts });
    },

    async requeue(key, work, { signal } = {}) {
      signal?.throwIfAborted();
      const death = dead.get(deliveryId(key));
      if (death === undefined) return undefined;
      dead.delete(deliveryId(key));
      return attemptWork(death.delivery, work, { attempt: death.attempts + 1, last: true });
    },

    async listDead({ limit = 100 } = {}) {
      return [...dead.values()].slice(0, limit).map(
        ({ delivery, attempts, diedAt }): DeadDelivery => ({
          key: delivery.key,
          eventType: delivery.event.type,
          attempts,
          diedAt: new Date(diedAt),
        }),
      );
    },
  };

  async function attemptWork<T>(
    delivery: Delivery,
    work: Work<undefined, T>,
    { attempt, last }: { attempt: number; last: boolean },
  ): Promise<InboxResult<T>> {
    const id = deliveryId(delivery.key);
    held.add(id);
    try {
      const value = await work({ ...delivery, attempt, tx: undefined });
      handled.set(id, { forgetAt: now() + retentionSeconds * 1000 });
      return { status: "handled", attempt, value };
    } catch (error) {
      if (last) {
        dead.set(id, { delivery, attempts: attempt, diedAt: now() });
        return { status: "dead", attempt, error };
      }
      failed.set(id, { attempts: attempt });
      return { status: "failed", attempt, error };
    } finally {
      held.delete(id);
    }
  }

  function forgetExpired(): void {
    for (const [id, { forgetAt }] of handled) {
      if (forgetAt > now()) return;
      handled.delete(id);
    }
  }

  function makeRoom(): boolean {
    if (held.size + handled.size + failed.size + dead.size < maxEvents) return true;
    const forgettable = handled.size > 0 ? handled : failed;
    const [oldest] = forgettable.keys();
    return oldest !== undefined && forgettable.delete(oldest);
  }
}
