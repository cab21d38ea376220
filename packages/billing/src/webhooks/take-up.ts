/** Deliveries that are in the inbox already: dead ones, those that a queue names, and those that are due. */

import type { ModeMismatchError } from "../errors.js";
import { assertDeliveryKey } from "./assert-delivery-key.js";
import { findModeError, toLivemode } from "./event-mode.js";
import type { WebhookEvent } from "./events.js";
import { handleClaim } from "./handle-claim.js";
import {
  type Delivery,
  type DeliveryKey,
  type DurableInbox,
  deliveryId,
  isDurable,
  type WebhookInbox,
} from "./inbox/inbox.js";
import type { Outcome } from "./outcome.js";
import { assertReceiveOptions, finish, type Pipeline, type ReceiveOptions } from "./pipeline.js";
import { inSpan, lastingSpan, type WebhookSpan } from "./tracing.js";
import { toDelivered, toVerdict } from "./verdict.js";
import { parseEventBody } from "./verification/parse-event.js";

/**
 * Runs a dead delivery's handler once more; resolves to `undefined` if that delivery is not dead, to `busy` while another
 * process does so, and to `rejected` if it is of the other mode than the service. Rejects if the inbox fails, and with an
 * InvalidArgumentError if `delivery` is not a key.
 */
export type Requeue = (delivery: DeliveryKey, options?: ReceiveOptions) => Promise<Outcome | undefined>;

export function toRequeue<TBilling, Tx>(pipeline: Pipeline<TBilling, Tx>): Requeue {
  return (delivery, options = {}) =>
    inSpan(pipeline.tracer, "webhook requeue", async (span) => {
      assertDeliveryKey(delivery);
      assertReceiveOptions("requeue", options);
      const startedAtMs = performance.now();
      const mode = findModeError(pipeline, delivery, []);
      if (mode !== undefined) return reject(pipeline, span, mode, startedAtMs);
      let eventType: string | undefined;
      const result = await pipeline.inbox.requeue(
        delivery,
        async (claim) => {
          ({ eventType } = claim);
          return handleClaim(pipeline, claim, toEvent(pipeline, claim), options);
        },
        options,
      );
      // It was not begun where another process is at work on it, or has just handled it.
      eventType ??= result && (await findEventType(pipeline.inbox, delivery));
      if (result === undefined || eventType === undefined) return undefined;
      return finish(pipeline, span, toVerdict({ delivery, eventType }, result), startedAtMs, undefined);
    });
}

/** Leaves a delivery of the other mode to a receiver of that mode: a claim would count as one of its attempts. */
function reject<TBilling, Tx>(
  pipeline: Pipeline<TBilling, Tx>,
  span: WebhookSpan | undefined,
  error: ModeMismatchError,
  startedAtMs: number,
): Promise<Outcome> {
  return finish(pipeline, span, { status: "rejected", error }, startedAtMs, undefined);
}

async function findEventType<Tx>(inbox: WebhookInbox<Tx>, key: DeliveryKey): Promise<string | undefined> {
  if (isDurable(inbox)) return (await inbox.find(key))?.eventType;
  const dead = await inbox.listDead({ limit: Number.MAX_SAFE_INTEGER });
  return dead.find((one) => deliveryId(one.key) === deliveryId(key))?.eventType;
}

/**
 * Handles a delivery that the inbox keeps, such as one that a queue names, now, whether or not it is due. Resolves to
 * `undefined` if it was handled before or never arrived, and to `rejected` if it is of the other mode than the service,
 * whose receiver has to take it up. Rejects if the inbox fails, and with an InvalidArgumentError if
 * `delivery` is not a key.
 */
export type WorkOne = (delivery: DeliveryKey, options?: ReceiveOptions) => Promise<Outcome | undefined>;

export function toWorkOne<TBilling, Tx>(pipeline: Pipeline<TBilling, Tx>, inbox: DurableInbox<Tx>): WorkOne {
  return (key, options = {}) =>
    inSpan(pipeline.tracer, "webhook work", async (span) => {
      assertDeliveryKey(key);
      assertReceiveOptions("workOne", options);
      const startedAtMs = performance.now();
      const mode = findModeError(pipeline, key, []);
      if (mode !== undefined) return reject(pipeline, span, mode, startedAtMs);
      const delivery = await inbox.find(key);
      if (delivery === undefined) return undefined;
      let event: WebhookEvent | undefined;
      const result = await inbox.process(
        delivery,
        async (claim) => {
          event = toEvent(pipeline, claim);
          return handleClaim(pipeline, claim, event, options);
        },
        options,
      );
      const subject = toDelivered(key, delivery.eventType, event);
      return finish(pipeline, span, toVerdict(subject, result), startedAtMs, event);
    });
}

/** Takes the next delivery up that is due; resolves to `undefined` when there is none. Calls `onClaim` once it has one. */
export type TakeNext = (onClaim: () => void, signal: AbortSignal) => Promise<Outcome | undefined>;

export function toTakeNext<TBilling, Tx>(
  pipeline: Pipeline<TBilling, Tx>,
  inbox: DurableInbox<Tx>,
): TakeNext {
  return async (onClaim, signal) => {
    let startedAtMs = performance.now();
    let event: WebhookEvent | undefined;
    // Looking for something to do has no span: an idle process does it every second.
    const lasting = lastingSpan(pipeline.tracer, "webhook work");
    try {
      const taken = await inbox.processNext(
        (claim) =>
          lasting.run(async () => {
            startedAtMs = performance.now();
            onClaim();
            event = toEvent(pipeline, claim);
            // Not stopped by the signal: what has begun is to end well.
            return handleClaim(pipeline, claim, event, {});
          }),
        { signal, livemode: toLivemode(pipeline.mode) },
      );
      if (taken === undefined) return undefined;
      const { key, eventType } = taken.delivery;
      const subject = toDelivered(key, eventType, event);
      return await finish(pipeline, lasting.span, toVerdict(subject, taken.result), startedAtMs, event);
    } catch (error) {
      lasting.fail(error);
      throw error;
    } finally {
      lasting.close();
    }
  };
}

/** Reads a stored delivery. A store may be shared by receivers of both modes. */
function toEvent<TBilling, Tx>(pipeline: Pipeline<TBilling, Tx>, { body }: Delivery): WebhookEvent {
  const event = parseEventBody(body);
  const error = findModeError(pipeline, event, []);
  // guard (if false): a stored event of the other mode is no tenant's
  if (error !== undefined) throw error;
  return event;
}
