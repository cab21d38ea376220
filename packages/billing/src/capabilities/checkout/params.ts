import type Stripe from "stripe";
import { takeFingerprint } from "../../fingerprint.js";
import { assertNoMeteredQuantity, isMetered, type Prices } from "../../selling/prove-prices.js";
import { toTrialParams } from "../../selling/trial.js";
import type { StripeMetadata } from "../../tenancy/caller-metadata.js";
import { CHECKOUT_KEY } from "../../tenancy/metadata-mark.js";
import { toEpochSeconds } from "../../views/epoch.js";
import { toCollectionParams, toPurchaseCollectionParams } from "./collection.js";
import type { DisplayParams } from "./display.js";
import type { CheckoutLine } from "./items.js";
import type { CheckedPayment, CheckedSetup, CheckedSubscription } from "./options.js";

export type SessionParams = Stripe.Checkout.SessionCreateParams;

/** The parts that sessions of every mode have. */
export interface Visit {
  readonly customerId: string;
  readonly display: DisplayParams;
  readonly metadata: StripeMetadata;
  /** Undefined where the account decides. */
  readonly managedPayments: boolean | undefined;
}

/** The parameters of a session, and their fingerprint, which finds an open session again. */
export interface SessionContent {
  readonly params: SessionParams;
  readonly fingerprint: string;
}

export function subscriptionContent(
  wanted: CheckedSubscription,
  visit: Visit,
  purchase: PurchaseParams,
): SessionContent {
  const { paymentMethodCollection } = wanted;
  return toContent({
    ...visitParams("subscription", wanted, visit),
    ...purchase,
    subscription_data: {
      metadata: visit.metadata,
      ...toTrialParams(wanted),
    },
    ...(paymentMethodCollection && { payment_method_collection: paymentMethodCollection }),
  });
}

export function paymentContent(
  wanted: CheckedPayment,
  visit: Visit,
  purchase: PurchaseParams,
): SessionContent {
  const { metadata } = visit;
  return toContent({
    ...visitParams("payment", wanted, visit),
    ...purchase,
    payment_intent_data: { metadata },
    ...(wanted.invoiceCreation && { invoice_creation: { enabled: true, invoice_data: { metadata } } }),
  });
}

export function setupContent(wanted: CheckedSetup, visit: Visit): SessionContent {
  const setup_intent_data = { metadata: visit.metadata };
  return toContent({
    ...visitParams("setup", wanted, visit),
    currency: wanted.currency,
    setup_intent_data,
  });
}

type PurchaseParams = Pick<
  SessionParams,
  | "line_items"
  | "discounts"
  | "allow_promotion_codes"
  | "automatic_tax"
  | "customer_update"
  | "tax_id_collection"
>;

/** @throws InvalidArgumentError when a metered price has a quantity. */
export function purchaseParams(
  wanted: CheckedSubscription | CheckedPayment,
  prices: Prices,
  discount: NonNullable<SessionParams["discounts"]>[number] | undefined,
): PurchaseParams {
  const { lines, allowPromotionCodes } = wanted;
  return {
    line_items: lines.map((line) => toLineParams(line, isMetered(prices, line.priceId))),
    ...(discount && { discounts: [discount] }),
    ...(allowPromotionCodes && { allow_promotion_codes: true }),
    ...toPurchaseCollectionParams(wanted),
  };
}

function toLineParams({ priceId, quantity, adjustableQuantity }: CheckoutLine, metered: boolean) {
  assertNoMeteredQuantity(metered, quantity ?? (adjustableQuantity && 1));
  if (metered) return { price: priceId };
  const { minimum, maximum } = adjustableQuantity ?? {};
  return {
    price: priceId,
    quantity: quantity ?? 1,
    ...(adjustableQuantity && {
      adjustable_quantity: {
        enabled: true,
        ...(minimum !== undefined && { minimum }),
        ...(maximum !== undefined && { maximum }),
      },
    }),
  };
}

function visitParams(
  mode: "subscription" | "payment" | "setup",
  wanted: CheckedSubscription | CheckedPayment | CheckedSetup,
  { customerId, display, metadata, managedPayments }: Visit,
): SessionParams {
  const { locale, clientReferenceId, expiresAt } = wanted;
  return {
    mode,
    customer: customerId,
    ...display,
    metadata,
    ...(managedPayments !== undefined && { managed_payments: { enabled: managedPayments } }),
    ...toCollectionParams(wanted),
    ...(locale !== undefined && { locale }),
    ...(clientReferenceId !== undefined && { client_reference_id: clientReferenceId }),
    ...(expiresAt !== undefined && { expires_at: toEpochSeconds(expiresAt) }),
  };
}

function toContent(params: SessionParams): SessionContent {
  const fingerprint = takeFingerprint(params);
  return {
    params: { ...params, metadata: { ...params.metadata, [CHECKOUT_KEY]: fingerprint } },
    fingerprint,
  };
}
