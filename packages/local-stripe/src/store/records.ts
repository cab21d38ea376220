import type Stripe from "stripe";
import type { Stored } from "./stored.js";

/** Every kind of object that is kept, by the name Stripe gives it in `object`. */
export interface Records {
  account: AccountRecord;
  coupon: CouponRecord;
  discount: DiscountRecord;
  promotion_code: PromotionCodeRecord;
  customer: CustomerRecord;
  invoice: InvoiceRecord;
  payment_method: PaymentMethodRecord;
  "test_helpers.test_clock": TestClockRecord;
  product: ProductRecord;
  price: PriceRecord;
  subscription: SubscriptionRecord;
  tax_id: TaxIdRecord;
  subscription_schedule: SubscriptionScheduleRecord;
  "billing.meter": MeterRecord;
  "billing.meter_event": MeterEventRecord;
  "billing_portal.configuration": PortalConfigurationRecord;
  "billing_portal.session": PortalSessionRecord;
  "checkout.session": CheckoutSessionRecord;
  charge: ChargeRecord;
  invoice_payment: InvoicePaymentRecord;
  payment_intent: PaymentIntentRecord;
  refund: RefundRecord;
  setup_intent: SetupIntentRecord;
  "entitlements.active_entitlement": ActiveEntitlementRecord;
  "entitlements.active_entitlement_summary": EntitlementSummaryRecord;
  "entitlements.feature": FeatureRecord;
  product_feature: ProductFeatureRecord;
  webhook_endpoint: WebhookEndpointRecord;
  event: EventRecord;
  "v2.core.event": ThinEventRecord;
  "v2.core.event_destination": EventDestinationRecord;
}

export type ObjectName = keyof Records;

/** The fields of every kept object. */
export interface Entity {
  readonly id: string;
  readonly created: number;
  readonly metadata?: Stripe.Metadata | null;
}

export type AccountRecord = Readonly<
  Omit<
    Stored<Stripe.Account>,
    | "capabilities"
    | "company"
    | "controller"
    | "created"
    | "deleted"
    | "external_accounts"
    | "future_requirements"
    | "groups"
    | "individual"
    | "requirements"
    | "tos_acceptance"
  >
> & { readonly created: number };

export type CustomerRecord = Readonly<
  Omit<Stored<Stripe.Customer>, "deleted" | "sources" | "subscriptions" | "tax" | "tax_ids">
>;

export type TaxIdRecord = Readonly<Omit<Stored<Stripe.TaxId>, "deleted">>;

export type ProductRecord = Readonly<
  Omit<Stored<Stripe.Product>, "deleted" | "package_dimensions" | "tax_details">
> & {
  readonly package_dimensions: Stripe.Product.PackageDimensions | null;
};

export type PriceRecord = Readonly<Omit<Stored<Stripe.Price>, "deleted" | "currency_options" | "tiers">> & {
  /** A price made inline for one subscription is never listed. */
  readonly inline?: true;
  /** Null for a price with one amount for each unit. */
  readonly tiers: readonly PriceTier[] | null;
};

export type PriceTier = Readonly<Stored<Stripe.Price.Tier>>;

export type SubscriptionItemRecord = Readonly<
  Omit<Stored<Stripe.SubscriptionItem>, "deleted" | "plan" | "price">
> & {
  readonly price: string;
  /** Unix time from which usage counts for its price, where that is not the beginning of its period. */
  readonly meteredFrom?: number;
  /** Where a future anchor cuts the present period short: Unix time at which the full period would have begun. */
  readonly fullPeriodStart?: number;
  /** Where a scheduled end cuts the present period short: Unix time up to which it is paid for. */
  readonly paidUntil?: number;
};

export type SubscriptionRecord = Readonly<Omit<Stored<Stripe.Subscription>, "items" | "pending_update">> & {
  readonly items: readonly SubscriptionItemRecord[];
  /** Prorations that wait for the next invoice. */
  readonly pendingLines: readonly InvoiceLineRecord[];
  /** The billing anchor up to which a subscription is free, having been asked for without proration. */
  readonly freeUntil: number | null;
  /** An update that applies once its invoice is paid, if that happens in time. */
  readonly pendingChange: {
    readonly changes: Partial<SubscriptionRecord>;
    readonly invoice: string;
    readonly expiresAt: number;
  } | null;
  /** Whether the end of the trial was announced. */
  readonly trialEndAnnounced: boolean;
  /** The end of the period after which the last announced invoice comes. */
  readonly upcomingAnnouncedFor: number | null;
  /** Whether a pause has credited the rest of the period, which going on with that period charges again. */
  readonly isCredited: boolean;
  /** The time at which a pause that was made in the portal ends, if it is limited. */
  readonly resumesAt: number | null;
};

export type SubscriptionScheduleRecord = Readonly<Stored<Stripe.SubscriptionSchedule>> & {
  /** The time at which its end is announced; `null` if it is too near, or was announced. */
  readonly expiringAt: number | null;
};

export type InvoiceLineRecord = Readonly<Stored<Stripe.InvoiceLineItem>>;

export type InvoiceRecord = Readonly<
  Omit<
    Stored<Stripe.Invoice>,
    "customer" | "deleted" | "confirmation_secret" | "lines" | "payments" | "status" | "test_clock"
  >
> & {
  readonly customer: string;
  /** Whether an invoice that was sent was noted to be overdue. */
  readonly isOverdue: boolean;
  /** The secret that a customer's browser would confirm the payment with. */
  readonly confirmationSecret: string | null;
  readonly lines: readonly InvoiceLineRecord[];
  readonly status: "draft" | "open" | "paid" | "uncollectible" | "void";
  readonly test_clock: string | null;
};

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

/** A card pays, is declined for a reason, or wants its holder to be asked. */
export type CardBehavior =
  | { readonly kind: "pays" }
  | {
      readonly kind: "declines";
      readonly code: string;
      readonly declineCode?: string;
      readonly message: string;
      /** Whether it is declined as soon as it is attached to a customer, and not only when it is charged. */
      readonly whenAttached: boolean;
    }
  | { readonly kind: "asks" };

export type TestClockRecord = Readonly<Omit<Stored<Stripe.TestHelpers.TestClock>, "deleted">>;

export type CouponRecord = Readonly<
  Omit<Stored<Stripe.Coupon>, "applies_to" | "currency_options" | "deleted" | "valid">
>;

export type DiscountRecord = Readonly<Omit<Stored<Stripe.Discount>, "customer" | "deleted">> & {
  readonly created: number;
  readonly customer: string;
  /** The time at which it was removed or used up. */
  readonly endedAt: number | null;
  /** The terms of the coupon when it was redeemed; the coupon may be deleted since. */
  readonly terms: {
    readonly amountOff: number | null;
    readonly currency: string | null;
    readonly isOnce: boolean;
    readonly percentOff: number | null;
  };
  readonly test_clock: string | null;
};

export type PromotionCodeRecord = Readonly<Stored<Stripe.PromotionCode>>;

export type MeterRecord = Readonly<Stored<Stripe.Billing.Meter>>;

export type MeterEventRecord = Readonly<Stored<Stripe.Billing.MeterEvent>> & {
  readonly id: string;
  readonly meter: string;
  readonly customer: string;
  readonly value: number;
  /** Unix time of the server, whatever the customer's test clock says: from here on its identifier is taken for a day. */
  readonly receivedAt: number;
};

export type FeatureRecord = Readonly<Stored<Stripe.Entitlements.Feature>> & { readonly created: number };

/** A feature as it is attached to a product; the feature itself is kept once. */
export type ProductFeatureRecord = Readonly<
  Omit<Stored<Stripe.ProductFeature>, "deleted" | "entitlement_feature">
> & {
  readonly created: number;
  readonly entitlement_feature: string;
  readonly product: string;
};

export type ActiveEntitlementRecord = Readonly<
  Omit<Stored<Stripe.Entitlements.ActiveEntitlement>, "feature">
> & {
  readonly created: number;
  readonly customer: string;
  readonly feature: string;
};

/** There is one for each customer, and it has the customer's id. */
export type EntitlementSummaryRecord = Readonly<
  Omit<Stored<Stripe.Entitlements.ActiveEntitlementSummary>, "entitlements">
> & {
  readonly id: string;
  readonly created: number;
  readonly grants: readonly Grant[];
};

/** The features that an item gives its customer, as its product had them when the item's period began. */
export interface Grant {
  readonly subscription: string;
  readonly item: string;
  readonly product: string;
  readonly periodStart: number;
  readonly features: readonly string[];
}

export type PortalConfigurationRecord = Readonly<Stored<Stripe.BillingPortal.Configuration>>;

export type PortalSessionRecord = Readonly<Stored<Stripe.BillingPortal.Session>> & {
  /** The unguessable end of the session's address; the client secret of an embedded one. */
  readonly secret: string;
  /** Proves that a form was sent from a page of this session. */
  readonly csrfToken: string;
  /** Under it a form says what its reader had seen. It is never shown. */
  readonly sealKey: string;
  /** The latest form that was carried out, and where it led. */
  readonly lastForm: { readonly sent: string; readonly location: string } | null;
  /** Whether what the session's flow is about was done. */
  readonly isFlowDone: boolean;
  /** Unix time of the last page that was opened with it. */
  readonly usedAt: number | null;
};

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

/** What a customer typed on a Checkout page. */
export interface CheckoutEntries {
  readonly name: string | null;
  readonly address: NonNullable<CustomerRecord["address"]> | null;
  readonly taxId: { readonly type: string; readonly value: string } | null;
}

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

export type InvoicePaymentRecord = Readonly<Omit<Stored<Stripe.InvoicePayment>, "invoice" | "payment">> & {
  readonly invoice: string;
  readonly payment: { readonly type: "payment_intent"; readonly payment_intent: string };
};

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

export type WebhookEndpointRecord = Readonly<Omit<Stored<Stripe.WebhookEndpoint>, "deleted" | "secret">> & {
  /** Whether it hears of connected accounts instead of its own. */
  readonly connect: boolean;
} & SigningSecrets;

/** The secrets that sign the deliveries to an endpoint. */
export type SigningSecrets = {
  readonly secret: string;
  /** The secret before the last roll, and the Unix time until which it still counts. */
  readonly previousSecret: { readonly secret: string; readonly until: number } | null;
};

/** A webhook endpoint of the newer API, which can also receive thin events. */
export type EventDestinationRecord = SigningSecrets & {
  readonly id: string;
  readonly object: "v2.core.event_destination";
  readonly created: number;
  readonly description: string;
  readonly enabled_events: readonly string[];
  readonly event_payload: "snapshot" | "thin";
  readonly events_from: readonly EventsFrom[];
  readonly livemode: boolean;
  readonly metadata: Stripe.Metadata;
  readonly name: string;
  /** The API version of snapshot events; `null` for thin ones, which have none. */
  readonly snapshot_api_version: string | null;
  readonly status: "disabled" | "enabled";
  readonly updated: number;
  readonly url: string;
};

export type EventsFrom = "@self" | "@accounts";

export type EventRecord = {
  readonly id: string;
  readonly object: "event";
  readonly account?: string;
  readonly api_version: string;
  readonly created: number;
  readonly data: { readonly object: Wire; readonly previous_attributes?: Wire };
  readonly livemode: boolean;
  readonly pending_webhooks: number;
  readonly request: { readonly id: string | null; readonly idempotency_key: string | null };
  readonly type: Stripe.Event["type"];
};

/** A thin event: it names the object that changed and leaves it to the receiver to fetch it. */
export type ThinEventRecord = {
  readonly id: string;
  readonly object: "v2.core.event";
  readonly changes?: { readonly before: Wire; readonly after: Wire };
  /** The connected account that it happened in. */
  readonly context?: string;
  readonly created: number;
  readonly livemode: boolean;
  readonly reason?: {
    readonly type: "request";
    readonly request: { readonly id: string; readonly idempotency_key: string };
  };
  readonly related_object: RelatedObject | null;
  /** The snapshot event that tells of the same change, where there is one. */
  readonly snapshot_event?: string;
  readonly type: string;
};

export type RelatedObject = {
  readonly id: string;
  readonly type: string;
  /** The path at which the API serves it. */
  readonly url: string;
};

/** An object as it travels: the names and values of its JSON. */
export type Wire = Readonly<Record<string, unknown>>;
