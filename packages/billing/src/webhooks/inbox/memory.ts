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
  /** The most deliveries remembered at once. Default 100,000, about 30 MB. */
  readonly maxEvents?: number | undefined;
  /** How long a handled delivery is remembered. Default and minimum 35 days, because Stripe lists events for 30. */
  readonly retentionSeconds?: number | undefined;
  /** Attempts before a delivery is dead. Default 20. */
  readonly maxAttempts?: number | undefined;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

const DAY_SECONDS = 86_400;

/**
 * Creates an inbox in this process's memory, for tests, demonstrations, and handlers that may safely run twice. Other
 * processes do not see its claims, and a restart forgets every delivery.
 *
 * A full inbox forgets the deliveries handled longest ago, then failed ones. It never forgets a held or dead delivery;
 * when only those are left, new deliveries are answered `busy`.
 *
 * @throws {ConfigurationError} when an option is out of range.
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

  // A delivery is in at most one of these. Maps keep insertion order, so the first handled is the oldest.
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
