/** The life of a delivery: verify, claim, handle (find the tenant, order, call the handler), settle, report. */

import { ModeMismatchError, WebhookPayloadError, WebhookSignatureError } from "../errors.js";
import { findModeError } from "./event-mode.js";
import { readAccount } from "./events.js";
import { forgetChanged } from "./forget-changed.js";
import { handleClaim } from "./handle-claim.js";
import { toDelivery } from "./inbox/inbox.js";
import type { Outcome, Verdict } from "./outcome.js";
import { assertReceiveOptions, finish, type Pipeline, type ReceiveOptions } from "./pipeline.js";
import { readOrigin } from "./resolve-tenant.js";
import { inSpan } from "./tracing.js";
import { toDelivered, toVerdict } from "./verdict.js";
import type { ParsedEvent } from "./verification/parse-event.js";
import type { RawBody } from "./verification/raw-body.js";
import type { SignatureHeaderValue } from "./verification/signature-header.js";
import type { VerifiedEvent } from "./verification/verifier.js";

/** Receives one delivery and resolves to its outcome. It never rejects. */
export type Receive = (
  rawBody: RawBody | Promise<RawBody>,
  signatureHeader: SignatureHeaderValue,
  options?: ReceiveOptions,
) => Promise<Outcome>;

/** Takes an event of Stripe's lists through the steps of a delivery. It never rejects. */
export type Feed = (listed: ParsedEvent, options?: ReceiveOptions) => Promise<Outcome>;

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
  const subject = toDelivered(delivery.key, event.type, event);
  const mode = findModeError(pipeline, event, mismatches);
  // guard (if false): an event of the other mode is no tenant's
  if (mode !== undefined) {
    // Stripe sends the test events of connected accounts to live endpoints too, so they are not to come again.
    return !event.livemode && readAccount(event) !== undefined
      ? { ...subject, status: "ignored", reason: "other_mode" }
      : { status: "rejected", error: mode };
  }
  try {
    assertReceiveOptions("receive", options);
    await forgetChanged(pipeline.billing, event);
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

/** What verifying throws because of the request; the mismatches of an event that was signed are returned. */
function isRejection(error: unknown): error is WebhookSignatureError | WebhookPayloadError {
  return error instanceof WebhookSignatureError || error instanceof WebhookPayloadError;
}
