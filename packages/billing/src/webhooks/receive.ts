/** The life of a delivery: verify, claim, find the tenant, handle, settle, report. */
import type Stripe from "stripe";
import { Deadline } from "../deadline.js";
import {
  AccountMismatchError,
  ConfigurationError,
  ModeMismatchError,
  WebhookPayloadError,
  WebhookSignatureError,
} from "../errors.js";
import type { HandlerFor } from "./handlers.js";
import {
  type Claim,
  type DeliveryKey,
  type InboxResult,
  toDelivery,
  toIdempotencyKey,
  type WebhookInbox,
} from "./inbox/inbox.js";
import type { Outcome, WebhookRejection } from "./outcome.js";
import { RAW_BODY_ADVICE, type RawBody } from "./raw-body.js";
import { readOrigin, type TenantResolver, UnresolvedTenant } from "./resolve-tenant.js";
import type { SignatureHeaderValue } from "./signature-header.js";
import type { Verify } from "./verify.js";

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

/** Tries a dead delivery once more; resolves to `undefined` when that delivery is not dead. Rejects when the inbox fails. */
export type Requeue = (delivery: DeliveryKey, options?: ReceiveOptions) => Promise<Outcome | undefined>;

/** The parts of a receiver, checked and ready. */
export interface Pipeline<TBilling, Tx> {
  readonly verify: Verify;
  readonly handlerFor: HandlerFor<TBilling, Tx>;
  readonly inbox: WebhookInbox<Tx>;
  readonly billing: TenantResolver<TBilling>;
  readonly handlerTimeoutMs: number;
  /** Receives every outcome before the caller does. It must not throw. */
  readonly report: (outcome: Outcome) => Promise<void>;
}

export function toReceive<TBilling, Tx>(pipeline: Pipeline<TBilling, Tx>): Receive {
  return async (rawBody, signatureHeader, options = {}) => {
    const outcome = await receive(pipeline, rawBody, signatureHeader, options);
    await pipeline.report(outcome);
    return outcome;
  };
}

export function toRequeue<TBilling, Tx>(pipeline: Pipeline<TBilling, Tx>): Requeue {
  return async (delivery, options = {}) => {
    let eventType: string | undefined;
    const result = await pipeline.inbox.requeue(
      delivery,
      (claim) => {
        eventType = claim.event.type;
        return handle(pipeline, claim, options);
      },
      options,
    );
    if (result === undefined || eventType === undefined) return undefined;
    const outcome = toOutcome({ delivery, eventType }, result);
    await pipeline.report(outcome);
    return outcome;
  };
}

async function receive<TBilling, Tx>(
  pipeline: Pipeline<TBilling, Tx>,
  rawBody: RawBody | Promise<RawBody>,
  signatureHeader: SignatureHeaderValue,
  options: ReceiveOptions,
): Promise<Outcome> {
  let event: Stripe.Event;
  try {
    event = pipeline.verify(await rawBody, signatureHeader);
  } catch (error) {
    return { status: "rejected", error: toRejection(error) };
  }
  const delivery = toDelivery(event);
  const subject = { delivery: delivery.key, eventType: event.type };
  try {
    // Done for every delivery, even a duplicate or one without a handler: forgetting twice is harmless.
    if (isAboutCatalog(event)) await pipeline.billing.forgetCatalog?.(event);
  } catch (error) {
    return { ...subject, status: "failed", error };
  }
  // Decided before the claim, so that the inbox holds only events to handle.
  const hasHandler = pipeline.handlerFor(event.type) !== undefined;
  if (!hasHandler) return { ...subject, status: "ignored", reason: "no_handler" };
  if (readOrigin(event) === undefined) return { ...subject, status: "ignored", reason: "no_owner" };
  try {
    const result = await pipeline.inbox.process(
      delivery,
      (claim) => handle(pipeline, claim, options),
      options,
    );
    return toOutcome(subject, result);
  } catch (error) {
    return { ...subject, status: "failed", error };
  }
}

function isAboutCatalog({ type }: Stripe.Event): boolean {
  return type.startsWith("product.") || type.startsWith("price.");
}

type Handled = { readonly tenantId: string } | { readonly ignored: "foreign" };

/** Handles a claimed delivery. Throws when another attempt may succeed. */
function handle<TBilling, Tx>(
  { handlerFor, billing, handlerTimeoutMs }: Pipeline<TBilling, Tx>,
  { key, event, tx, attempt, signal: claimSignal }: Claim<Tx>,
  options: ReceiveOptions,
): Promise<Handled> {
  const deadline = new Deadline(handlerTimeoutMs, [claimSignal, options.signal], {
    what: `Handling ${event.type}`,
  });
  return deadline.run(async (signal) => {
    const handler = handlerFor(event.type);
    const origin = readOrigin(event);
    // Both existed when the event was received, but a requeue may come after its handler was removed.
    if (handler === undefined || origin === undefined) {
      throw new ConfigurationError(
        `on has no handler for ${event.type} any more. Register one again, then requeue the delivery.`,
      );
    }
    const resolution = await billing.resolveTenant(origin, { signal });
    if (resolution.status === "nobody") return { ignored: "foreign" };
    if (resolution.status === "unknown") throw new UnresolvedTenant(event.type);
    const { tenantId } = resolution;
    // After the deadline nobody waits for the handler, so it must not start.
    signal.throwIfAborted();
    const context = { tenantId, billing: billing.forTenant(tenantId), tx, signal, attempt };
    await handler(event, { ...context, idempotencyKey: toIdempotencyKey(key) });
    return { tenantId };
  });
}

function toOutcome(
  subject: { delivery: DeliveryKey; eventType: string },
  result: InboxResult<Handled>,
): Outcome {
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

function toRejection(error: unknown): WebhookRejection {
  const isRejection =
    error instanceof WebhookSignatureError ||
    error instanceof WebhookPayloadError ||
    error instanceof ModeMismatchError ||
    error instanceof AccountMismatchError;
  // Any other error may quote the body, so it is not kept as the cause.
  return isRejection
    ? error
    : new WebhookPayloadError(`The webhook body could not be read. ${RAW_BODY_ADVICE}`);
}
