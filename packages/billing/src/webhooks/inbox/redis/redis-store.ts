import {
  type DeadDelivery,
  type Delivery,
  deliveryId,
  deliveryIdPrefix,
  objectKey,
  parseDeliveryId,
  type StoreResult,
} from "../inbox.js";
import type { Claimed, Lease, LeaseStore, ObjectBusy } from "../leased/lease-store.js";
import type { LeaseSettings } from "../leased/settings.js";
import type { RunScript } from "./run-script.js";
import { RELEASE, SETTLE, STORE } from "./scripts/changes.js";
import { CLAIM, CLAIM_DEAD, CLAIM_NEXT, HAS_DUE } from "./scripts/claims.js";
import { FIND, LIST_DEAD, READ_STATS } from "./scripts/reports.js";

/** The steps of an inbox on Redis. */
export function redisStore(
  run: RunScript,
  { leaseMs, maxAttempts, retentionMs }: LeaseSettings,
): LeaseStore<undefined> {
  return {
    async claim(delivery, token) {
      const args = [...describe(delivery), token, leaseMs, maxAttempts];
      return toClaimed(await run(CLAIM, args), token);
    },

    async claimDead(key, token) {
      const answer = await run(CLAIM_DEAD, [deliveryId(key), token, leaseMs]);
      return answer[0] === "absent" ? undefined : toClaimed(answer, token);
    },

    async claimNext(token, livemode) {
      const answer = await searchDue(CLAIM_NEXT, [maxAttempts, deliveryIdPrefix(livemode), token, leaseMs]);
      return answer[0] === "absent" ? undefined : toLease(answer, token);
    },

    openTx: () => undefined,

    async settle(lease, settlement) {
      const { status } = settlement;
      const error = status === "handled" ? "" : settlement.error;
      const pauseMs = status === "failed" ? settlement.pauseMs : 0;
      const newestAtMs = status === "handled" ? settlement.newestAtMs : 0;
      const args = [deliveryId(lease.key), lease.token, status, retentionMs, error, pauseMs, newestAtMs];
      return (await run(SETTLE, args))[0] === "settled";
    },

    async store(delivery) {
      const [status] = await run(STORE, [...describe(delivery), maxAttempts]);
      return toStoreResult(status);
    },

    async find(key) {
      const [body] = await run(FIND, [deliveryId(key)]);
      return body ? toDelivery(body) : undefined;
    },

    async hasDue(livemode) {
      return (await searchDue(HAS_DUE, [maxAttempts, deliveryIdPrefix(livemode)]))[0] === "due";
    },

    release: async (key) => (await run(RELEASE, [deliveryId(key)]))[0] === "released",

    async listDead({ limit }) {
      const texts = await run(LIST_DEAD, [limit]);
      return Array.from({ length: texts.length / 5 }, (_, row) => toDead(texts.slice(5 * row, 5 * row + 5)));
    },

    async readStats() {
      const [held, waiting, dead, oldest] = await run(READ_STATS, []);
      const counts = { held: Number(held), waiting: Number(waiting), dead: Number(dead) };
      return oldest ? { ...counts, oldestAt: new Date(Number(oldest)) } : counts;
    },
  };

  /** Runs a script that looks at a part of what is due, from the oldest on, until it has found something or seen all. */
  async function searchDue(script: string, args: readonly (string | number)[]): Promise<readonly string[]> {
    let from: readonly (string | number)[] = ["-inf", 0];
    for (;;) {
      const [status, ...rest] = await run(script, [...from, ...args]);
      if (status !== "more") return [status ?? "", ...rest];
      from = rest;
    }
  }
}

function describe(delivery: Delivery): readonly (string | number)[] {
  const { key, createdAtMs } = delivery;
  return [deliveryId(key), objectKey(delivery) ?? "", createdAtMs, JSON.stringify(delivery)];
}

function toClaimed(answer: readonly string[], token: string): Claimed | ObjectBusy {
  const [status, attempt] = answer;
  switch (status) {
    case "claimed":
      return { status, lease: toLease(answer, token) };
    case "dead":
      return { status, attempt: Number(attempt) };
    case "duplicate":
    case "busy":
    case "object_busy":
      return { status };
    default:
      throw new TypeError(`Redis answered a claim with "${status}".`);
  }
}

function toLease([, attempt, newest, body = ""]: readonly string[], token: string): Lease {
  return {
    ...toDelivery(body),
    attempt: Number(attempt),
    token,
    ...(newest ? { newestHandledAtMs: Number(newest) } : {}),
  };
}

function toDead([id = "", body = "", attempts, diedAtMs, error]: readonly string[]): DeadDelivery {
  return {
    key: parseDeliveryId(id),
    eventType: toDelivery(body).eventType,
    attempts: Number(attempts),
    diedAt: new Date(Number(diedAtMs)),
    ...(error ? { lastError: error } : {}),
  };
}

/** Only we write these. */
function toDelivery(json: string): Delivery {
  return JSON.parse(json) as Delivery;
}

function toStoreResult(status: string | undefined): StoreResult {
  if (status === "stored" || status === "duplicate" || status === "dead") return { status };
  throw new TypeError(`Redis answered with "${status}" when a delivery was to be stored.`);
}
