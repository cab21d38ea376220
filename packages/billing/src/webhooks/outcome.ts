import type {
  AccountMismatchError,
  ModeMismatchError,
  WebhookPayloadError,
  WebhookSignatureError,
} from "../errors.js";
import type { DeliveryKey } from "./inbox/inbox.js";

/** Why a request was not taken as a webhook of Stripe's. */
export type WebhookRejection =
  | WebhookSignatureError
  | WebhookPayloadError
  | ModeMismatchError
  | AccountMismatchError;

interface Delivered {
  readonly delivery: DeliveryKey;
  readonly eventType: string;
}

/**
 * What became of a delivery. It holds ids and types, never the event: it may be logged as it is, but for `error`, which
 * in `failed` and `dead` is whatever your handler threw.
 */
export type Outcome =
  /** The handler returned, and that is durable. */
  | (Delivered & { readonly status: "handled"; readonly tenantId: string; readonly attempt: number })
  /** It was handled before. */
  | (Delivered & { readonly status: "duplicate" })
  /**
   * Nothing to do: `no_handler`, nobody listens to this type; `no_owner`, the event names neither a customer nor an
   * account; `foreign`, what it names is no tenant's.
   */
  | (Delivered & { readonly status: "ignored"; readonly reason: "no_handler" | "no_owner" | "foreign" })
  /** Another request is at work on the same event. */
  | (Delivered & { readonly status: "busy" })
  /** No tenant is known yet for what the event names, as when it overtakes the commit of a sign-up. */
  | (Delivered & { readonly status: "unresolved"; readonly attempt: number })
  /** The handler threw or ran out of time, the tenant could not be looked up, or the inbox failed. */
  | (Delivered & { readonly status: "failed"; readonly attempt?: number; readonly error: unknown })
  /** The attempts are used up. The inbox keeps the event for `requeue`. */
  | (Delivered & { readonly status: "dead"; readonly attempt: number; readonly error?: unknown })
  /** Not signed by Stripe for us, or not an event. */
  | { readonly status: "rejected"; readonly error: WebhookRejection };

/**
 * Stripe delivers again whatever is not answered 2xx, so the status is the decision whether it should. A dead delivery
 * is kept by the inbox, and more deliveries of it would only count against the endpoint.
 */
export const HTTP_STATUS: Readonly<Record<Outcome["status"], number>> = {
  handled: 200,
  duplicate: 200,
  ignored: 200,
  dead: 200,
  rejected: 400,
  busy: 409,
  unresolved: 500,
  failed: 500,
};
