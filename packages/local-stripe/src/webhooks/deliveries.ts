import { inVersion, LATEST_VERSION } from "../http/versions.js";
import type { EventRecord, WebhookEndpointRecord } from "../store/records.js";
import type { World } from "../store/world.js";
import { signatureHeader } from "./sign.js";

export interface DeliveryOptions {
  /** The pauses before the second, third, … attempt. As many again as there are pauses are made. */
  readonly retryDelaysMs: readonly number[];
  /** How long an endpoint may take to answer. */
  readonly timeoutMs: number;
}

/** One attempt to tell an endpoint of an event. */
export interface DeliveryAttempt {
  readonly eventId: string;
  readonly eventType: string;
  readonly endpointId: string;
  readonly url: string;
  readonly attempt: number;
  /** The status of the answer, or `null` when there was none. */
  readonly status: number | null;
}

const KEPT_ATTEMPTS = 1000;

/**
 * Tells webhook endpoints of events, after the request that caused them was answered. What is not answered with a 2xx is
 * tried again, later each time.
 */
export class Deliveries {
  readonly #options: DeliveryOptions;
  readonly #pending = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #attempts: DeliveryAttempt[] = [];

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  get attempts(): readonly DeliveryAttempt[] {
    return this.#attempts.slice(-KEPT_ATTEMPTS);
  }

  /** Sends the event to every endpoint that asked for its type. Endpoints of the platform may ask for other accounts'. */
  announce(event: EventRecord, world: World, platform: World): void {
    const targets = [
      ...endpointsOf(world, event, false),
      ...(world === platform ? [] : endpointsOf(platform, event, true)),
    ];
    if (targets.length === 0) return;
    const events = world.of("event");
    events.replace({ ...event, pending_webhooks: targets.length });
    for (const { owner, endpoint } of targets) {
      this.#track(
        this.#deliver(event.id, world, owner, endpoint.id).finally(() => {
          const present = events.get(event.id);
          if (present)
            events.replace({ ...present, pending_webhooks: Math.max(0, present.pending_webhooks - 1) });
        }),
      );
    }
  }

  /** Resolves once no delivery is under way or waits for another attempt. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  /** Gives up all that is under way. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.settled();
  }

  #track(delivery: Promise<void>): void {
    const tracked = delivery.finally(() => this.#pending.delete(tracked));
    this.#pending.add(tracked);
  }

  async #deliver(eventId: string, world: World, owner: World, endpointId: string): Promise<void> {
    for (const [index, delayMs] of [0, ...this.#options.retryDelaysMs].entries()) {
      await pause(delayMs, this.#stop.signal);
      const event = world.of("event").get(eventId);
      // An endpoint that was deleted or switched off meanwhile hears nothing more.
      const endpoint = owner.of("webhook_endpoint").get(endpointId);
      if (this.#stop.signal.aborted || !event || endpoint?.status !== "enabled") return;
      const status = await this.#attempt(event, endpoint);
      this.#note({
        eventId,
        eventType: event.type,
        endpointId,
        url: endpoint.url,
        attempt: index + 1,
        status,
      });
      if (status !== null && status >= 200 && status < 300) return;
    }
  }

  async #attempt(event: EventRecord, endpoint: WebhookEndpointRecord): Promise<number | null> {
    const version = endpoint.api_version ?? LATEST_VERSION;
    const body = JSON.stringify(eventIn(event, version), undefined, 2);
    try {
      const response = await fetch(endpoint.url, {
        method: "POST",
        body,
        redirect: "manual",
        signal: AbortSignal.any([this.#stop.signal, AbortSignal.timeout(this.#options.timeoutMs)]),
        headers: {
          "Content-Type": "application/json; charset=utf-8",
          "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
          "Stripe-Signature": signatureHeader(body, [endpoint.secret], Math.floor(Date.now() / 1000)),
        },
      });
      await response.body?.cancel();
      return response.status;
    } catch {
      // Nobody listens, or too slowly: an attempt that failed, and noted as such.
      return null;
    }
  }

  #note(attempt: DeliveryAttempt): void {
    this.#attempts.push(attempt);
    if (this.#attempts.length > 2 * KEPT_ATTEMPTS) this.#attempts = this.#attempts.slice(-KEPT_ATTEMPTS);
  }
}

function endpointsOf(
  owner: World,
  event: EventRecord,
  connect: boolean,
): { readonly owner: World; readonly endpoint: WebhookEndpointRecord }[] {
  return owner
    .of("webhook_endpoint")
    .all({ status: "enabled" })
    .filter((endpoint) => endpoint.connect === connect && isAskedFor(event.type, endpoint.enabled_events))
    .map((endpoint) => ({ owner, endpoint }));
}

function isAskedFor(type: string, enabled: readonly string[]): boolean {
  return enabled.includes("*") || enabled.includes(type);
}

/** The event as an endpoint of that version is told of it. */
function eventIn(event: EventRecord, version: string): object {
  return {
    ...event,
    api_version: version,
    data: { ...event.data, object: inVersion(event.data.object, version) },
  };
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  // Even the first attempt waits for the answer to the request to be on its way.
  await new Promise<void>((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(done, milliseconds);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done);
  });
}
