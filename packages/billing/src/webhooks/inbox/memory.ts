import { assertKnownKeys } from "../../known-keys.js";
import { LinkedMap } from "../../linked-map.js";
import { assertInteger } from "../assert-integer.js";
import { describeError } from "../error-text.js";
import {
  type DeadDelivery,
  type Delivery,
  deliveryId,
  type InboxResult,
  objectKey,
  type WebhookInbox,
  type Work,
} from "./inbox.js";
import { KeyedLock } from "./keyed-lock.js";

export interface MemoryInboxOptions {
  /** The most deliveries to remember at once, up to 1,000,000. Default: 100,000; each takes about 400 bytes. */
  readonly maxEvents?: number | undefined;
  /**
   * The most bytes to use for the bodies and errors of dead deliveries. Default: 16 MiB. While there is no room, a
   * delivery that used up its attempts stays failed instead, so that Stripe delivers it again.
   */
  readonly maxDeadBytes?: number | undefined;
  /**
   * How long a handled delivery is remembered, in seconds. Default and minimum: 35 days, because Stripe lists events
   * for 30.
   */
  readonly retentionSeconds?: number | undefined;
  /** Attempts before a delivery is dead. Default 20. */
  readonly maxAttempts?: number | undefined;
  /**
   * How long a delivery waits for another one of the same object, in milliseconds, before it is answered `busy`.
   * Default: 10,000.
   */
  readonly maxWaitMs?: number | undefined;
  /** Returns the current time in milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: (() => number) | undefined;
}

const DAY_SECONDS = 86_400;
const OPTIONS = ["maxEvents", "maxDeadBytes", "retentionSeconds", "maxAttempts", "maxWaitMs", "now"];
/** What a dead delivery takes beside its texts. */
const DEAD_OVERHEAD_BYTES = 500;

interface Death {
  readonly delivery: Delivery;
  readonly attempts: number;
  readonly diedAt: number;
  readonly lastError: string;
}

/**
 * Creates an inbox in this process's memory, for tests, demonstrations, and handlers that may safely run twice. Other
 * processes do not see its claims, and a restart forgets every delivery.
 *
 * A full inbox forgets the deliveries handled longest ago, then failed ones. It never forgets a held or dead delivery;
 * when only those are left, new deliveries are answered `busy`. It remembers the newest handled event of as many objects
 * as it does deliveries.
 *
 * @throws {ConfigurationError} when an option is unknown or out of range.
 */
export function memoryInbox(options: MemoryInboxOptions = {}): WebhookInbox<undefined> {
  assertKnownKeys("memoryInbox", options, OPTIONS);
  const {
    maxEvents = 100_000,
    maxDeadBytes = 2 ** 24,
    retentionSeconds = 35 * DAY_SECONDS,
    maxAttempts = 20,
    maxWaitMs = 10_000,
    now = Date.now,
  } = options;
  assertInteger("maxEvents", maxEvents, { min: 1, max: 1_000_000 });
  assertInteger("maxDeadBytes", maxDeadBytes, { min: 0, max: 2 ** 32 });
  assertInteger("retentionSeconds", retentionSeconds, { min: 35 * DAY_SECONDS, max: 3650 * DAY_SECONDS });
  assertInteger("maxAttempts", maxAttempts, { min: 1, max: 1_000_000 });
  assertInteger("maxWaitMs", maxWaitMs, { min: 1, max: 2 ** 31 - 1 });

  // A delivery is in at most one of these. They keep insertion order, so the first handled is the oldest.
  const held = new Map<string, { readonly createdAtMs: number }>();
  const handled = new LinkedMap<{ readonly forgetAt: number }>();
  const failed = new LinkedMap<{ readonly attempts: number; readonly createdAtMs: number }>();
  const dead = new Map<string, Death>();
  let deadBytes = 0;
  const objects = new KeyedLock();
  /** The newest handled event of each object; the object handled longest ago comes first. */
  const newest = new LinkedMap<{ readonly createdAtMs: number; readonly forgetAt: number }>();

  return {
    async process(delivery, work, { signal } = {}) {
      signal?.throwIfAborted();
      forgetExpired();
      const id = deliveryId(delivery.key);
      const death = dead.get(id);
      if (handled.has(id)) return { status: "duplicate" };
      if (held.has(id)) return { status: "busy" };
      if (death !== undefined) return { status: "dead", attempt: death.attempts };
      const attempts = failed.get(id)?.attempts ?? 0;
      failed.delete(id);
      if (makeRoom() && (await claim(delivery, signal))) {
        return attemptWork(delivery, work, attempts + 1, attempts + 1 >= maxAttempts);
      }
      if (attempts > 0) failed.set(id, { attempts, createdAtMs: delivery.createdAtMs });
      return { status: "busy" };
    },

    async requeue(key, work, { signal } = {}) {
      signal?.throwIfAborted();
      const id = deliveryId(key);
      const death = dead.get(id);
      if (death === undefined) return undefined;
      if (held.has(id) || !(await claim(death.delivery, signal))) return { status: "busy" };
      return attemptWork(death.delivery, work, death.attempts + 1, true);
    },

    async listDead({ limit = 100 } = {}) {
      return [...dead.values()].slice(0, limit).map(
        ({ delivery, attempts, diedAt, lastError }): DeadDelivery => ({
          key: delivery.key,
          eventType: delivery.eventType,
          attempts,
          diedAt: new Date(diedAt),
          lastError,
        }),
      );
    },

    async readStats() {
      let oldest = Number.POSITIVE_INFINITY;
      for (const { createdAtMs } of [...held.values(), ...failed.values()]) {
        oldest = Math.min(oldest, createdAtMs);
      }
      const counts = { held: held.size, waiting: failed.size, dead: dead.size };
      return Number.isFinite(oldest) ? { ...counts, oldestAt: new Date(oldest) } : counts;
    },
  };

  /** Holds a delivery, and its object as soon as no other delivery holds that. False when that takes too long. */
  async function claim(delivery: Delivery, signal: AbortSignal | undefined): Promise<boolean> {
    const id = deliveryId(delivery.key);
    held.set(id, { createdAtMs: delivery.createdAtMs });
    const object = objectKey(delivery);
    if (object === undefined || (await objects.acquire(object, maxWaitMs, signal))) return true;
    held.delete(id);
    return false;
  }

  /** Runs the work of a claimed delivery. */
  async function attemptWork<T>(
    delivery: Delivery,
    work: Work<undefined, T>,
    attempt: number,
    last: boolean,
  ): Promise<InboxResult<T>> {
    const id = deliveryId(delivery.key);
    const object = objectKey(delivery);
    const { createdAtMs } = delivery;
    const newestHandledAtMs = object === undefined ? undefined : newest.get(object)?.createdAtMs;
    let seenAtMs = createdAtMs;
    try {
      const value = await work({
        ...delivery,
        attempt,
        tx: undefined,
        sawObjectAt: (ms) => {
          seenAtMs = Math.max(seenAtMs, ms);
        },
        ...(newestHandledAtMs === undefined ? {} : { newestHandledAtMs }),
      });
      unbury(id);
      const forgetAt = now() + retentionSeconds * 1000;
      handled.set(id, { forgetAt });
      if (object !== undefined) rememberNewest(object, seenAtMs, forgetAt);
      return { status: "handled", attempt, value };
    } catch (error) {
      if (last && bury(id, { delivery, attempts: attempt, diedAt: now(), lastError: describeError(error) })) {
        return { status: "dead", attempt, error };
      }
      failed.set(id, { attempts: attempt, createdAtMs });
      return { status: "failed", attempt, error };
    } finally {
      held.delete(id);
      if (object !== undefined) objects.release(object);
    }
  }

  function rememberNewest(object: string, createdAtMs: number, forgetAt: number): void {
    const before = newest.get(object)?.createdAtMs ?? createdAtMs;
    newest.set(object, { createdAtMs: Math.max(before, createdAtMs), forgetAt });
    if (newest.size > maxEvents) newest.deleteOldest();
  }

  /** Keeps a dead delivery; false when its texts do not fit. One that was dead before keeps its place in memory. */
  function bury(id: string, death: Death): boolean {
    const before = unbury(id);
    const fitting = deadBytes + countBytes(death) > maxDeadBytes ? before : death;
    if (fitting === undefined) return false;
    dead.set(id, { ...death, lastError: fitting.lastError });
    deadBytes += countBytes(fitting);
    return true;
  }

  function unbury(id: string): Death | undefined {
    const death = dead.get(id);
    if (death === undefined) return undefined;
    dead.delete(id);
    deadBytes -= countBytes(death);
    return death;
  }

  function forgetExpired(): void {
    for (const remembered of [handled, newest]) {
      while (remembered.oldest !== undefined && remembered.oldest.forgetAt <= now()) {
        remembered.deleteOldest();
      }
    }
  }

  function makeRoom(): boolean {
    if (held.size + handled.size + failed.size + dead.size < maxEvents) return true;
    return handled.deleteOldest() || failed.deleteOldest();
  }
}

/** Texts take a byte a character, or two where one of them is not Latin. */
function countBytes({ delivery, lastError }: Death): number {
  const { length } = delivery.body;
  // V8 keeps Latin-1 in one byte a character.
  const bytes = /[^\p{ASCII}\u0080-\u00ff]/u.test(delivery.body) ? 2 * length : length;
  return bytes + 2 * lastError.length + DEAD_OVERHEAD_BYTES;
}
