/** The life of a delivery: verify, claim, handle, settle, report. */

import {
  AccountMismatchError,
  ModeMismatchError,
  WebhookPayloadError,
  WebhookSignatureError,
} from "../errors.js";
import { isThin, readAccount, type WebhookEvent } from "./events.js";
import { type Handled, handleClaim } from "./handle-claim.js";
import {
  type Delivery,
  type DeliveryKey,
  type DurableInbox,
  type InboxResult,
  toDelivery,
} from "./inbox/inbox.js";
import type { Delivered, Outcome, Verdict, WebhookRejection } from "./outcome.js";
import { type ParsedEvent, parseEventBody } from "./parse-event.js";
import type { Pipeline } from "./pipeline.js";
import type { RawBody } from "./raw-body.js";
import { readOrigin, UnresolvedTenant } from "./resolve-tenant.js";
import type { SignatureHeaderValue } from "./signature-header.js";
import { describeOutcome, inSpan, lastingSpan, type WebhookSpan } from "./tracing.js";
import { findUnknownVersion } from "./unknown-version.js";
import type { VerifiedEvent } from "./verifier.js";

export interface ReceiveOptions {
  /** Stops waiting, as for a shutdown; the event is then not acknowledged and Stripe delivers it again. */
  readonly signal?: AbortSignal | undefined;
}

/** Receives one delivery and resolves to its outcome. It never rejects. */
export type Receive = (
  rawBody: RawBody | Promise<RawBody>,
  signatureHeader: SignatureHeaderValue,
  options?: ReceiveOptions,
) => Promise<Outcome>;

/** Takes an event of Stripe's lists through the steps of a delivery. It never rejects. */
export type Feed = (listed: ParsedEvent, options?: ReceiveOptions) => Promise<Outcome>;

/** Tries a dead delivery once more; resolves to `undefined` when that delivery is not dead. Rejects when the inbox fails. */
export type Requeue = (delivery: DeliveryKey, options?: ReceiveOptions) => Promise<Outcome | undefined>;

export function toReceive<TBilling, Tx>(pipeline: Pipeline<TBilling, Tx>): Receive {
  return (rawBody, signatureHeader, options = {}) =>
    inSpan(pipeline.tracer, "webhook receive", async (span) => {
      const startedAtMs = performance.now();
      const verified = await verify(pipeline, rawBody, signatureHeader);
      const isRefused = "status" in verified;
      const verdict = isRefused ? verified : await process(pipeline, verified, options);
      return finish(pipeline, span, verdict, startedAtMs, isRefused ? undefined : verified.event);
    });
}

export function toFeed<TBilling, Tx>(pipeline: Pipeline<TBilling, Tx>): Feed {
  return (listed, options = {}) =>
    inSpan(pipeline.tracer, "webhook reconcile", async (span) => {
      const startedAtMs = performance.now();
      const verdict = await process(pipeline, { ...listed, mismatches: [] }, options);
      // Without the event, whose age says nothing of how fast deliveries are handled.
      return finish(pipeline, span, verdict, startedAtMs, undefined);
    });
}

export function toRequeue<TBilling, Tx>(pipeline: Pipeline<TBilling, Tx>): Requeue {
  return (delivery, options = {}) =>
    inSpan(pipeline.tracer, "webhook requeue", async (span) => {
      const startedAtMs = performance.now();
      let eventType: string | undefined;
      const result = await pipeline.inbox.requeue(
        delivery,
        async (claim) => {
          ({ eventType } = claim);
          return handleClaim(pipeline, claim, toEvent(pipeline, claim), options);
        },
        options,
      );
      if (result === undefined || eventType === undefined) return undefined;
      return finish(pipeline, span, toVerdict({ delivery, eventType }, result), startedAtMs, undefined);
    });
}

/**
 * Handles a delivery that is kept in the inbox, such as one that a queue names, now and whether or not it is due. Resolves
 * to `undefined` when it was handled before or never came. Rejects when the inbox fails.
 */
export type WorkOne = (delivery: DeliveryKey, options?: ReceiveOptions) => Promise<Outcome | undefined>;

export function toWorkOne<TBilling, Tx>(pipeline: Pipeline<TBilling, Tx>, inbox: DurableInbox<Tx>): WorkOne {
  return (key, options = {}) =>
    inSpan(pipeline.tracer, "webhook work", async (span) => {
      const startedAtMs = performance.now();
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
      const subject = { delivery: key, eventType: delivery.eventType, ...(event && toVersion(event)) };
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
        { signal },
      );
      if (taken === undefined) return undefined;
      const { key, eventType } = taken.delivery;
      const subject = { delivery: key, eventType, ...(event && toVersion(event)) };
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

/** Measures an outcome, and reports it before the caller gets it. */
async function finish<TBilling, Tx>(
  pipeline: Pipeline<TBilling, Tx>,
  span: WebhookSpan | undefined,
  verdict: Verdict,
  startedAtMs: number,
  event: WebhookEvent | undefined,
): Promise<Outcome> {
  const outcome: Outcome = { ...verdict, durationMs: performance.now() - startedAtMs };
  describeOutcome(span, outcome, IS_ERROR.has(outcome.status));
  pipeline.report(outcome, event);
  return outcome;
}

const IS_ERROR: ReadonlySet<Outcome["status"]> = new Set(["failed", "dead", "unresolved", "rejected"]);

function verify<TBilling, Tx>(
  pipeline: Pipeline<TBilling, Tx>,
  rawBody: RawBody | Promise<RawBody>,
  signatureHeader: SignatureHeaderValue,
): Promise<VerifiedEvent | Verdict> {
  return inSpan(pipeline.tracer, "webhook verify", async () => {
    try {
      const verified = await pipeline.verify(await rawBody, signatureHeader);
      const [mismatch, ...others] = verified.mismatches;
      // An event may legitimately be wrong in its mode alone; that is decided when it is processed.
      return mismatch === undefined || (mismatch instanceof ModeMismatchError && others.length === 0)
        ? verified
        : { status: "rejected", error: mismatch };
    } catch (error) {
      return isRejection(error) ? { status: "rejected", error } : { status: "failed", error };
    }
  });
}

async function process<TBilling, Tx>(
  pipeline: Pipeline<TBilling, Tx>,
  { event, body, mismatches }: VerifiedEvent,
  options: ReceiveOptions,
): Promise<Verdict> {
  const delivery = toDelivery({ event, body });
  const subject: Delivered = { delivery: delivery.key, eventType: event.type, ...toVersion(event) };
  const mode = findModeError(pipeline, event, mismatches);
  // guard (if false): an event of the other mode is no tenant's
  if (mode !== undefined) {
    // Stripe sends the test events of connected accounts to live endpoints too, so they are not to come again.
    return !event.livemode && readAccount(event) !== undefined
      ? { ...subject, status: "ignored", reason: "other_mode" }
      : { status: "rejected", error: mode };
  }
  try {
    // Done for every delivery, even a duplicate or one without a handler: forgetting twice is harmless.
    if (isAboutCatalog(event)) {
      const thin = { account: readAccount(event), data: { object: {} } };
      await pipeline.billing.forgetCatalog?.(isThin(event) ? thin : event);
    }
    forgetChangedCustomer(pipeline, event);
  } catch (error) {
    return { ...subject, status: "failed", error };
  }
  // Decided before the claim, so that the inbox holds only events to handle.
  const hasHandler = pipeline.handlerFor(event.type) !== undefined;
  if (!hasHandler) return { ...subject, status: "ignored", reason: "no_handler" };
  if (readOrigin(event) === undefined) return { ...subject, status: "ignored", reason: "no_owner" };
  try {
    if (pipeline.store !== undefined) return { ...subject, ...(await pipeline.store(delivery, options)) };
    const result = await inSpan(pipeline.tracer, "webhook claim", () =>
      pipeline.inbox.process(delivery, (claim) => handleClaim(pipeline, claim, event, options), options),
    );
    return toVerdict(subject, result);
  } catch (error) {
    return { ...subject, status: "failed", error };
  }
}

function toVersion(event: WebhookEvent): { readonly unknownApiVersion?: string } {
  const unknownApiVersion = findUnknownVersion(event);
  return unknownApiVersion === undefined ? {} : { unknownApiVersion };
}

function findModeError<TBilling, Tx>(
  { mode }: Pipeline<TBilling, Tx>,
  { livemode }: WebhookEvent,
  [mismatch]: VerifiedEvent["mismatches"],
): ModeMismatchError | undefined {
  if (mismatch instanceof ModeMismatchError) return mismatch;
  const eventMode = livemode ? "live" : "test";
  return mode === undefined || mode === eventMode
    ? undefined
    : new ModeMismatchError(`A ${eventMode}-mode event arrived, and billing has a ${mode}-mode key.`);
}

/** Has the service prove anew whose a customer is, which may have changed. */
function forgetChangedCustomer<TBilling, Tx>({ billing }: Pipeline<TBilling, Tx>, event: WebhookEvent): void {
  if (!CUSTOMER_CHANGES.has(event.type)) return;
  const id = isThin(event) ? event.related_object?.id : Reflect.get(event.data.object, "id");
  if (typeof id === "string") billing.forgetCustomer?.(id, readAccount(event));
}

/** By both families' names: snapshot events and thin ones. */
const CUSTOMER_CHANGES: ReadonlySet<string> = new Set([
  "customer.updated",
  "customer.deleted",
  "v1.customer.updated",
  "v1.customer.deleted",
]);

function isAboutCatalog({ type }: WebhookEvent): boolean {
  return /^(?:v1\.)?(?:product|price)\./.test(type);
}

function toVerdict(subject: Delivered, result: InboxResult<Handled>): Verdict {
  switch (result.status) {
    case "handled": {
      const { attempt, value } = result;
      return "ignored" in value
        ? { ...subject, status: "ignored", reason: value.ignored }
        : { ...subject, status: "handled", tenantId: value.tenantId, attempt };
    }
    case "failed":
      return result.error instanceof UnresolvedTenant
        ? { ...subject, status: "unresolved", attempt: result.attempt }
        : { ...subject, ...result };
    default:
      return { ...subject, ...result };
  }
}

function isRejection(error: unknown): error is WebhookRejection {
  return (
    error instanceof WebhookSignatureError ||
    error instanceof WebhookPayloadError ||
    error instanceof ModeMismatchError ||
    error instanceof AccountMismatchError
  );
}
