import { setMaxListeners } from "node:events";
import { type Check, checkOptionsOfKind, isWhole, requireOptions } from "../check-options.js";
import type { Clock } from "../clock.js";
import { isEventType } from "../declare/event-type-checks.js";
import type { AccountData } from "../store/account-data.js";
import type { EventRecord } from "../store/records/events.js";
import { type AnyEvent, type Endpoint, findEndpoint, findEndpoints } from "./endpoints.js";
import { payload } from "./payload.js";
import { signatureHeader } from "./sign.js";

export interface DeliveryOptions {
  /** The pauses before the second, third, … attempt, by the server's time. As many again as there are pauses are made. */
  readonly retryDelaysMs: readonly number[];
  /** The time in which an endpoint must answer. */
  readonly timeoutMs: number;
}

/** One attempt to deliver an event to an endpoint. */
export interface DeliveryAttempt {
  readonly eventId: string;
  readonly eventType: string;
  readonly endpointId: string;
  readonly url: string;
  readonly attempt: number;
  /** The status of the answer, or `null` when there was none. */
  readonly status: number | null;
}

/** A failure of the next deliveries: they are lost, delayed or repeated. */
export type DeliveryMishap = (
  | { readonly kind: "loss" }
  | { readonly kind: "delay"; readonly milliseconds: number }
  | { readonly kind: "duplicate"; readonly copies?: number | undefined }
) & {
  /** `customer.subscription.updated`, or left out for any. */
  readonly type?: string | undefined;
  /** The number of deliveries it applies to. Default 1. */
  readonly times?: number | undefined;
};

const KINDS: { readonly [Kind in DeliveryMishap["kind"]]: Readonly<Record<string, Check>> } = {
  loss: {},
  delay: { milliseconds: isWhole(0) },
  duplicate: { copies: isWhole(2) },
};

function checkMishap(mishap: DeliveryMishap): void {
  checkOptionsOfKind("webhooks.add", mishap, KINDS, { type: isEventType, times: isWhole(1) });
  if (mishap.kind === "delay") requireOptions('webhooks.add with the kind "delay"', mishap, ["milliseconds"]);
}

const KEPT_ATTEMPTS = 1000;

/**
 * Tells webhook endpoints of events, after the request that caused them was answered. What is not answered with a 2xx is
 * tried again, later each time.
 */
export class Deliveries {
  readonly #options: DeliveryOptions;
  readonly #clock: Clock;
  readonly #pending = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #attempts: DeliveryAttempt[] = [];
  #mishaps: { readonly mishap: DeliveryMishap; left: number }[] = [];
  #held: (() => void)[] | undefined;

  constructor(options: DeliveryOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    // Every delivery that waits listens for the end, and any number may wait.
    setMaxListeners(0, this.#stop.signal);
  }

  get attempts(): readonly DeliveryAttempt[] {
    return this.#attempts.slice(-KEPT_ATTEMPTS);
  }

  /** Plans a failure of coming deliveries. Returns a function that removes the plan. */
  add(mishap: DeliveryMishap): () => void {
    checkMishap(mishap);
    const plan = { mishap, left: mishap.times ?? 1 };
    this.#mishaps.push(plan);
    return () => {
      this.#mishaps = this.#mishaps.filter((one) => one !== plan);
    };
  }

  /** Holds deliveries back until `release`. */
  hold(): void {
    this.#held ??= [];
  }

  /** Sends the held deliveries one after the other: as they happened, or the last first. */
  async release(order: "as it happened" | "reversed" = "as it happened"): Promise<void> {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const send of order === "reversed" ? held.reverse() : held) {
      send();
      await this.settled();
    }
  }

  /** Sends the event to the endpoints that ask for it: of its own account, and of the platforms that manage that account. */
  announce(event: AnyEvent, account: AccountData, platforms: readonly AccountData[]): void {
    const targets = [account, ...platforms].flatMap((owner) =>
      findEndpoints(owner, event, owner === account ? "@self" : "@accounts").map(({ id }) => ({
        owner,
        endpointId: id,
      })),
    );
    countPending(event, account, targets.length);
    for (const target of targets) this.#send(event, account, target);
  }

  /** Sends the event once more to one endpoint of its own account, whether or not it asks for its type. */
  redeliver(event: EventRecord, account: AccountData, endpointId: string): void {
    countPending(event, account, 1);
    this.#send(event, account, { owner: account, endpointId });
  }

  /** Resolves once no delivery is under way or waits for another attempt. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  /** Aborts all deliveries under way. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.settled();
  }

  #send(event: AnyEvent, account: AccountData, target: Target): void {
    const mishap = this.#mishapFor(event.type);
    if (mishap?.kind === "loss") return;
    const copies = mishap?.kind === "duplicate" ? (mishap.copies ?? 2) : 1;
    const delayMs = mishap?.kind === "delay" ? mishap.milliseconds : 0;
    const send = (): void => {
      for (let copy = 0; copy < copies; copy += 1) {
        this.#track(this.#deliver({ ...target, event, account, delayMs, isCopy: copy > 0 }));
      }
    };
    if (this.#held) this.#held.push(send);
    else send();
  }

  #track(delivery: Promise<void>): void {
    const tracked = delivery.finally(() => this.#pending.delete(tracked));
    this.#pending.add(tracked);
  }

  #mishapFor(type: string): DeliveryMishap | undefined {
    const planned = this.#mishaps.find(({ mishap }) => mishap.type === undefined || mishap.type === type);
    if (planned === undefined) return undefined;
    planned.left -= 1;
    this.#mishaps = this.#mishaps.filter(({ left }) => left > 0);
    return planned.mishap;
  }

  async #deliver(delivery: Delivery): Promise<void> {
    const { account, owner, endpointId, isCopy } = delivery;
    const { id, object: family } = delivery.event;
    let dueMs = this.#clock.nowMs;
    for (const [index, delayMs] of [delivery.delayMs, ...this.#options.retryDelaysMs].entries()) {
      dueMs += delayMs;
      // Even the first attempt waits, so that the request that caused the event is answered before.
      await this.#clock.until(dueMs, this.#stop.signal);
      const event = account.of(family).get(id);
      const endpoint = findEndpoint(owner, endpointId);
      if (this.#stop.signal.aborted || event === undefined || endpoint === undefined) break;
      const status = await this.#attempt(event, endpoint, account);
      this.#note({
        eventId: id,
        eventType: event.type,
        endpointId,
        url: endpoint.url,
        attempt: index + 1,
        status,
      });
      if (status !== null && status >= 200 && status < 300) break;
    }
    const event = account.of(family).get(id);
    if (event !== undefined && !isCopy) countPending(event, account, -1);
  }

  async #attempt(event: AnyEvent, endpoint: Endpoint, account: AccountData): Promise<number | null> {
    const body = payload(event, endpoint.version, account);
    try {
      const response = await fetch(endpoint.url, {
        method: "POST",
        body,
        redirect: "manual",
        signal: AbortSignal.any([this.#stop.signal, AbortSignal.timeout(this.#options.timeoutMs)]),
        headers: {
          "Content-Type": "application/json; charset=utf-8",
          "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
          "Stripe-Signature": signatureHeader(
            body,
            this.#currentSecrets(endpoint),
            Math.floor(Date.now() / 1000),
          ),
        },
      });
      await response.body?.cancel();
      return response.status;
    } catch {
      // Nobody listens, or the answer takes too long.
      return null;
    }
  }

  /** After a roll, deliveries are signed with both secrets until the old one expires. */
  #currentSecrets({ secret, previousSecret }: Endpoint): readonly string[] {
    return previousSecret && previousSecret.until > this.#clock.now
      ? [secret, previousSecret.secret]
      : [secret];
  }

  #note(attempt: DeliveryAttempt): void {
    this.#attempts.push(attempt);
    if (this.#attempts.length > 2 * KEPT_ATTEMPTS) this.#attempts = this.#attempts.slice(-KEPT_ATTEMPTS);
  }
}

/** An endpoint and the account that it belongs to. */
interface Target {
  readonly owner: AccountData;
  readonly endpointId: string;
}

interface Delivery extends Target {
  readonly event: AnyEvent;
  readonly account: AccountData;
  readonly delayMs: number;
  readonly isCopy: boolean;
}

/** Keeps `pending_webhooks`, which thin events do not have. */
function countPending(event: AnyEvent, account: AccountData, by: number): void {
  if (event.object !== "event" || by === 0) return;
  account.of("event").replace({ ...event, pending_webhooks: Math.max(0, event.pending_webhooks + by) });
}
