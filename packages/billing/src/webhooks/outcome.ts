import type {
  AccountMismatchError,
  ModeMismatchError,
  WebhookPayloadError,
  WebhookSignatureError,
} from "../errors.js";
import type { DeliveryKey } from "./inbox/inbox.js";

/** Why a request was refused: it was not signed by Stripe for this receiver, or is not an event. */
export type WebhookRejection =
  | WebhookSignatureError
  | WebhookPayloadError
  | ModeMismatchError
  | AccountMismatchError;

/**
 * Why an event was acknowledged without a handler.
 *
 * - `no_handler`: no handler for this type.
 * - `no_owner`: the event names neither a customer nor an account.
 * - `foreign`: the customer or account belongs to no tenant.
 * - `other_mode`: a test event of a connected account, which Stripe sends to live endpoints too.
 */
export type IgnoredReason = "no_handler" | "no_owner" | "foreign" | "other_mode";

/** The facts in every outcome of a verified event. */
export interface Delivered {
  readonly delivery: DeliveryKey;
  readonly eventType: string;
  /** The event's API version, if this package does not know it and the shape of its object may differ. */
  readonly unknownApiVersion?: string;
}

/** The outcome of one delivery, without how long it took. */
export type Verdict =
  /** The handler returned, and the inbox recorded it durably. */
  | (Delivered & { readonly status: "handled"; readonly tenantId: string; readonly attempt: number })
  /** The event is stored durably, and `work` handles it. */
  | (Delivered & { readonly status: "stored" })
  /** The event was handled by an earlier delivery. */
  | (Delivered & { readonly status: "duplicate" })
  /** Nothing to do. */
  | (Delivered & { readonly status: "ignored"; readonly reason: IgnoredReason })
  /** Another request is handling the same event right now. */
  | (Delivered & { readonly status: "busy" })
  /** The tenant is not known yet, as when the event arrives before a sign-up is committed. */
  | (Delivered & { readonly status: "unresolved"; readonly attempt: number })
  /** The handler threw or timed out, the tenant lookup failed, or the inbox failed. */
  | (Delivered & { readonly status: "failed"; readonly attempt?: number; readonly error: unknown })
  /** The environment failed before the event was known: no cryptography, or a body that broke off. */
  | { readonly status: "failed"; readonly delivery?: undefined; readonly error: unknown }
  /** All attempts failed. The inbox keeps the event for `requeue`. */
  | (Delivered & { readonly status: "dead"; readonly attempt?: number; readonly error?: unknown })
  /** Not signed by Stripe for this receiver, or not an event. */
  | { readonly status: "rejected"; readonly delivery?: undefined; readonly error: WebhookRejection };

/**
 * The result of one delivery. It holds ids and types, never the event, so it is safe to log, except `error`: in
 * `failed` and `dead` that is whatever your handler threw.
 */
export type Outcome = Verdict & {
  /** The time from the receiver's call to the outcome, including the arrival of the body. */
  readonly durationMs: number;
};

/**
 * The HTTP status to answer with. Stripe delivers again after any status but 2xx. A dead delivery is answered 200: the
 * inbox keeps it, and further deliveries would only count as failures of the endpoint.
 */
export const HTTP_STATUS: Readonly<Record<Outcome["status"], number>> = {
  handled: 200,
  stored: 200,
  duplicate: 200,
  ignored: 200,
  dead: 200,
  rejected: 400,
  busy: 409,
  unresolved: 500,
  failed: 500,
};
