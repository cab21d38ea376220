/** The life of a delivery: verify, claim, find the tenant, handle, settle, and say what became of it. */
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
  idempotencyKeyOf,
  toDelivery,
  type WebhookInbox,
} from "./inbox/inbox.js";
import type { Outcome, WebhookRejection } from "./outcome.js";
import { RAW_BODY_ADVICE, type RawBody } from "./raw-body.js";
import { originOf, type TenantResolver, UnresolvedTenant } from "./resolve-tenant.js";
import type { SignatureHeaderValue } from "./signature-header.js";
import type { Verify } from "./verify.js";

export interface ReceiveOptions {
  /** Stops waiting, as for a shutdown; the event is then not acknowledged. */
  readonly signal?: AbortSignal;
}

/** Takes one delivery through its life. It never throws. */
export type Receive = (
  rawBody: RawBody | Promise<RawBody>,
  signatureHeader: SignatureHeaderValue,
  options?: ReceiveOptions,
) => Promise<Outcome>;

/** Tries a dead delivery once more; `undefined` where no such delivery is dead. It rejects where the inbox fails. */
export type Requeue = (delivery: DeliveryKey, options?: ReceiveOptions) => Promise<Outcome | undefined>;

/** What a receiver is made of, once its options are checked. */
export interface Pipeline<TBilling, Tx> {
  readonly verify: Verify;
  readonly handlerFor: HandlerFor<TBilling, Tx>;
  readonly inbox: WebhookInbox<Tx>;
  readonly billing: TenantResolver<TBilling>;
  readonly handlerTimeoutMs: number;
  /** Is told of every outcome, before the caller. It must not throw. */
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
    // Whether or not anyone listens to it, and again for a duplicate: forgetting twice does no harm.
    if (isAboutCatalog(event)) await pipeline.billing.forgetCatalog?.(event);
  } catch (error) {
    return { ...subject, status: "failed", error };
  }
  // Decided before the claim, so that the inbox holds only work.
  const listened = pipeline.handlerFor(event.type) !== undefined;
  if (!listened) return { ...subject, status: "ignored", reason: "no_handler" };
  if (originOf(event) === undefined) return { ...subject, status: "ignored", reason: "no_owner" };
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

/** The work on a claim. It throws for whatever another attempt may put right. */
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
    const origin = originOf(event);
    // Both were there when the event was first received; a requeue may come after its handler was removed.
    if (handler === undefined || origin === undefined) {
      throw new ConfigurationError(`No handler listens to ${event.type} any more.`);
    }
    const resolution = await billing.resolveTenant(origin, { signal });
    if (resolution.status === "nobody") return { ignored: "foreign" };
    if (resolution.status === "unknown") throw new UnresolvedTenant(event.type);
    const { tenantId } = resolution;
    // A tenant found after the deadline must not start a handler that nobody waits for.
    signal.throwIfAborted();
    const context = { tenantId, billing: billing.forTenant(tenantId), tx, signal, attempt };
    await handler(event, { ...context, idempotencyKey: idempotencyKeyOf(key) });
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
  // Whatever else went wrong while the body was read may quote it, so it is not kept as a cause.
  return isRejection
    ? error
    : new WebhookPayloadError(`The webhook body could not be read. ${RAW_BODY_ADVICE}`);
}
