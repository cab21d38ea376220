import type Stripe from "stripe";
import type { Stored } from "../stored.js";

export type PaymentMethodRecord = Readonly<
  Pick<
    Stored<Stripe.PaymentMethod>,
    | "allow_redisplay"
    | "billing_details"
    | "created"
    | "customer"
    | "customer_account"
    | "id"
    | "livemode"
    | "metadata"
    | "object"
    | "type"
  >
> & {
  readonly card: Stored<Stripe.PaymentMethod.Card>;
  /** The outcome of a charge. */
  readonly behavior: CardBehavior;
  /** Whether it was ever a customer's: one that was detached cannot be attached again. */
  readonly wasAttached: boolean;
};

/** A card pays, whether or not its holder disputes that later, is declined for a reason, or wants its holder to be asked. */
export type CardBehavior =
  | { readonly kind: "pays"; readonly disputedAs?: "fraudulent" | "product_not_received" }
  | {
      readonly kind: "declines";
      readonly code: string;
      readonly declineCode?: string;
      readonly message: string;
      /** Whether it is declined as soon as it is attached to a customer, and not only when it is charged. */
      readonly whenAttached: boolean;
    }
  | { readonly kind: "asks" };

export type PaymentIntentRecord = Readonly<
  Omit<
    Stored<Stripe.PaymentIntent>,
    | "last_payment_error"
    | "next_action"
    | "payment_method_options"
    | "payment_record"
    | "processing"
    | "source"
  >
> & { readonly last_payment_error: null; readonly next_action: null; readonly processing: null };

export type ChargeRecord = Readonly<
  Omit<
    Stored<Stripe.Charge>,
    | "authorization_code"
    | "outcome"
    | "payment_method_details"
    | "presentment_details"
    | "radar_options"
    | "refunds"
    | "source"
    | "transfer"
    | "transfer_data"
  >
> & { readonly outcome: null; readonly payment_method_details: null; readonly transfer_data: null };

export type RefundRecord = Readonly<
  Pick<
    Stored<Stripe.Refund>,
    | "amount"
    | "balance_transaction"
    | "created"
    | "currency"
    | "id"
    | "metadata"
    | "object"
    | "payment_intent"
    | "reason"
    | "receipt_number"
    | "source_transfer_reversal"
    | "status"
    | "transfer_reversal"
  >
> & { readonly charge: string };

export type DisputeRecord = Readonly<
  Omit<Stored<Stripe.Dispute>, "evidence_details" | "intended_submission_method" | "payment_method_details">
> & { readonly evidence_details: Omit<Stored<Stripe.Dispute.EvidenceDetails>, "submission_method"> };

export type SetupIntentRecord = Readonly<
  Omit<Stored<Stripe.SetupIntent>, "last_setup_error" | "next_action" | "payment_method_options">
> & {
  readonly last_setup_error: IntentError | null;
  readonly next_action: IntentAction | null;
  /** The secret part of the address of the authentication page, and the token of that page's form. */
  readonly authentication: { readonly secret: string; readonly csrfToken: string };
};

/** Why a card was not taken. */
export interface IntentError {
  readonly code: string;
  readonly decline_code?: string;
  readonly message: string;
  readonly type: "card_error";
}

/** The step a card's holder must take: go to an address and come back, or answer Stripe.js. */
export type IntentAction =
  | {
      readonly type: "redirect_to_url";
      readonly redirect_to_url: { readonly return_url: string; readonly url: string };
    }
  | {
      readonly type: "use_stripe_sdk";
      readonly use_stripe_sdk: { readonly type: "three_d_secure_redirect"; readonly stripe_js: string };
    };
