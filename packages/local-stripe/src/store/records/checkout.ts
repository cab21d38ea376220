import type Stripe from "stripe";
import type { Stored } from "../stored.js";
import type { CustomerRecord } from "./customers.js";

export type CheckoutSessionRecord = Readonly<Omit<Stored<Stripe.Checkout.Session>, "line_items">> & {
  readonly lines: readonly CheckoutLineRecord[];
  /** Fields for the subscription that will be made. */
  readonly subscriptionData: CheckoutSubscriptionData;
  /** The metadata of the payment or setup intent. */
  readonly intentMetadata: Stripe.Metadata;
  /** What of the page's form is saved to the customer. */
  readonly customerUpdate: { readonly address: boolean; readonly name: boolean };
  /** Fields for the invoice of a payment, where one is made. */
  readonly invoiceData: {
    readonly description: string | null;
    readonly footer: string | null;
    readonly metadata: Stripe.Metadata;
  };
  /** The unguessable end of the session's address; the client secret of an embedded one. */
  readonly secret: string;
  /** Proves that a form was sent from a page of this session. */
  readonly csrfToken: string;
  /** The billing mode of its subscription, which is that of the API version it was made with. */
  readonly billingMode: "classic" | "flexible";
  /** The card whose holder is being asked. */
  readonly askedCard: string | null;
  /** What the customer has typed on the page, while the holder is asked. */
  readonly entries: CheckoutEntries;
};

/** One thing that is bought, for the amounts of today. */
export type CheckoutLineRecord = Readonly<Omit<Stored<Stripe.LineItem>, "price">> & {
  readonly price: string;
  readonly quantity: number | null;
};

export interface CheckoutSubscriptionData {
  readonly description?: string;
  readonly metadata: Stripe.Metadata;
  readonly trial_end?: number;
  readonly trial_period_days?: number;
  readonly trial_settings?: {
    readonly end_behavior: { readonly missing_payment_method?: "cancel" | "create_invoice" | "pause" };
  };
}

/** What a customer typed on a Checkout page. */
export interface CheckoutEntries {
  readonly name: string | null;
  readonly address: NonNullable<CustomerRecord["address"]> | null;
  readonly taxId: { readonly type: string; readonly value: string } | null;
}
