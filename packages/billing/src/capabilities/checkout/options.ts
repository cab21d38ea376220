import * as z from "zod/mini";
import { InvalidArgumentError } from "../../errors.js";
import { checkInput, copyOptions, onFirstUse, optionsObject, text, writeFields } from "../../input.js";
import type { NewDiscount } from "../../selling/prove-discount.js";
import { assertOneTrial, trialFields } from "../../selling/trial.js";
import type { CallOptions } from "../../stripe/deadline.js";
import type { IdempotencyOptions } from "../../stripe/idempotency.js";
import { isCouponId, isObjectId } from "../../stripe/object-id.js";
import type { CallerMetadata } from "../../tenancy/caller-metadata.js";
import {
  assertCollectable,
  type CollectionOptions,
  collectionFields,
  type PurchaseCollectionOptions,
  purchaseCollectionFields,
} from "./collection.js";
import {
  assertOneDisplay,
  type CheckedDisplay,
  displayFields,
  type EmbeddedFormOptions,
  type HostedPageOptions,
} from "./display.js";
import {
  type AdjustableQuantity,
  type CheckoutItem,
  type CheckoutLine,
  itemFields,
  toCheckoutLines,
} from "./items.js";

/** The options of a Checkout session on a page hosted by Stripe. */
export type CreateCheckoutSessionOptions = CheckoutPurpose & HostedPageOptions;

/** The options of a Checkout session in a form of the application's own page. */
export type CreateEmbeddedCheckoutSessionOptions = CheckoutPurpose & EmbeddedFormOptions;

/** The purpose of a session: to subscribe (the default), to pay once, or to save a card. */
export type CheckoutPurpose = SubscriptionCheckoutOptions | PaymentCheckoutOptions | SetupCheckoutOptions;

interface CheckoutOptions extends CallOptions, IdempotencyOptions {
  /** May be left out if the tenancy's directory names exactly one customer for the tenant. */
  readonly customerId?: string | undefined;
  /** A language tag such as `"en-GB"`, or `"auto"`. Default: the browser's. */
  readonly locale?: string | undefined;
  /** The application's own reference, such as a cart's id: 1 to 200 letters, digits, _ and -. */
  readonly clientReferenceId?: string | undefined;
  /** Metadata for the session and for the objects that it creates. */
  readonly metadata?: CallerMetadata | undefined;
  /** When the session expires, from 30 minutes to 24 hours from now. Default: 24 hours. */
  readonly expiresAt?: Date | undefined;
}

interface PurchaseOptions extends CheckoutOptions, PurchaseCollectionOptions {
  /** An active price of a product that the tenant may sell, its own or a shared one. Or use {@link items}. */
  readonly priceId?: string | undefined;
  /** The quantity of {@link priceId}. Default: 1. A metered price takes none. */
  readonly quantity?: number | undefined;
  /** Lets the customer change the {@link quantity} on the page. */
  readonly adjustableQuantity?: AdjustableQuantity | undefined;
  /** Several prices at once. */
  readonly items?: readonly CheckoutItem[] | undefined;
  readonly discount?: NewDiscount | undefined;
  /**
   * Lets the customer type a promotion code, instead of {@link discount}. Stripe accepts any active code of the account, so
   * this is refused unless each tenant has an account (`connectTenancy`) or the settings share all codes
   * (`catalog.promotionCodes`). Default: false.
   */
  readonly allowPromotionCodes?: boolean | undefined;
  /**
   * Whether Stripe is the merchant of record (Managed Payments). Default: the account's setting. With `connectTenancy`
   * always off, and `true` is refused, since Stripe does not allow Managed Payments in connected accounts. See
   * https://docs.stripe.com/payments/managed-payments
   */
  readonly managedPayments?: boolean | undefined;
}

export interface SubscriptionCheckoutOptions extends PurchaseOptions {
  readonly mode?: "subscription" | undefined;
  /** The length of a trial in days, 1 to 730. */
  readonly trialDays?: number | undefined;
  /** The end of a trial, from 48 hours to two years ahead. */
  readonly trialEnd?: Date | undefined;
  /** What happens if a trial ends without a payment method. Default: `"create_invoice"`. */
  readonly trialWithoutPaymentMethod?: "create_invoice" | "pause" | "cancel" | undefined;
  /** When to ask for a payment method; `"if_required"` skips it if nothing is due. Default: `"always"`. */
  readonly paymentMethodCollection?: "always" | "if_required" | undefined;
  /** Allows a second subscription to a product that the customer is subscribed to. Default: false. */
  readonly allowSecond?: boolean | undefined;
}

export interface PaymentCheckoutOptions extends PurchaseOptions {
  readonly mode: "payment";
  /**
   * Creates a paid invoice for the payment, with an `invoice.paid` event like a subscription's. Default: false, which
   * only sends a receipt.
   */
  readonly invoiceCreation?: boolean | undefined;
}

export interface SetupCheckoutOptions extends CheckoutOptions, CollectionOptions {
  readonly mode: "setup";
  /** The currency, such as `"usd"`, that the saved payment method will be charged in. */
  readonly currency: string;
}

const COLLECTION = ["always", "if_required"] as const;

const sessionFields = onFirstUse(() => ({
  ...writeFields(),
  ...displayFields(),
  // Each judged by the one guard for its kind.
  customerId: z.optional(z.unknown()),
  metadata: z.optional(z.unknown()),
  locale: z.optional(
    text(
      'locale must be a language tag such as "en-GB", or "auto".',
      /^(?:auto|[a-z]{2,3}(?:-[A-Za-z0-9]{2,4})?)$/,
    ),
  ),
  clientReferenceId: z.optional(
    text("clientReferenceId must be 1 to 200 letters, digits, _ and -.", /^[\w-]{1,200}$/),
  ),
  expiresAt: z.optional(z.date("expiresAt must be a Date.")),
}));

const purchaseFields = onFirstUse(() => ({
  ...sessionFields(),
  ...itemFields(),
  discount: z.optional(
    z.union(
      [
        z.strictObject({
          couponId: z.custom<string>((value) => typeof value === "string" && isCouponId(value)),
        }),
        z.strictObject({
          promotionCodeId: z.custom<string>(
            (value) => typeof value === "string" && isObjectId("promotion_code", value),
          ),
        }),
      ],
      "discount must be { couponId } or { promotionCodeId }, with a well-formed id.",
    ),
  ),
  allowPromotionCodes: z.optional(z.boolean("allowPromotionCodes must be true or false.")),
  ...purchaseCollectionFields(),
  managedPayments: z.optional(z.boolean("managedPayments must be true or false.")),
}));

const subscriptionOptions = onFirstUse(() =>
  optionsObject({
    ...purchaseFields(),
    mode: z.optional(z.literal("subscription")),
    ...trialFields(),
    paymentMethodCollection: z.optional(
      z.enum(COLLECTION, `paymentMethodCollection must be one of ${COLLECTION.join(", ")}.`),
    ),
    allowSecond: z.optional(z.boolean("allowSecond must be true or false.")),
  }),
);

const paymentOptions = onFirstUse(() =>
  optionsObject({
    ...purchaseFields(),
    mode: z.literal("payment"),
    invoiceCreation: z.optional(z.boolean("invoiceCreation must be true or false.")),
  }),
);

const setupOptions = onFirstUse(() =>
  optionsObject({
    ...sessionFields(),
    ...collectionFields(),
    mode: z.literal("setup"),
    currency: text('currency must be three lower-case letters, such as "usd".', /^[a-z]{3}$/),
  }),
);

/** What was checked; the rest is judged by the guards for its kind. */
type Checked<T> = OrUndefined<Omit<T, Judged | "items">> &
  CheckedDisplay & { readonly [K in Judged]?: unknown };
type Judged = "customerId" | "metadata" | keyof CallOptions;
type OrUndefined<T> = { readonly [K in keyof T]: T extends Required<Pick<T, K>> ? T[K] : T[K] | undefined };

export type CheckedSubscription = Checked<SubscriptionCheckoutOptions> & {
  readonly lines: readonly CheckoutLine[];
};
export type CheckedPayment = Checked<PaymentCheckoutOptions> &
  Without<"allowSecond" | "trialEnd"> & { readonly lines: readonly CheckoutLine[] };
export type CheckedSetup = Checked<SetupCheckoutOptions> &
  Without<"allowPromotionCodes" | "allowSecond" | "managedPayments" | "trialEnd">;
/** Options that a session for something else has. */
type Without<Name extends string> = { readonly [K in Name]?: undefined };

/** @throws InvalidArgumentError with one sentence per mistake. */
export function checkOptions(
  options: CreateCheckoutSessionOptions | CreateEmbeddedCheckoutSessionOptions,
): CheckedSubscription | CheckedPayment | CheckedSetup {
  const given = copyOptions(options);
  // Reads each option once, so that what was checked is what is sent.
  const { mode = "subscription" }: { readonly mode?: unknown } = given;
  if (mode === "setup") return checkVisit(checkInput(setupOptions, given));
  if (mode === "payment") return checkPurchase(checkInput(paymentOptions, given));
  if (mode !== "subscription") {
    throw new InvalidArgumentError("mode must be one of subscription, payment, setup.");
  }
  return checkTrial(checkPurchase(checkInput(subscriptionOptions, given)));
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

function checkVisit<T extends CheckedDisplay & { readonly expiresAt?: Date | undefined }>(given: T): T {
  assertOneDisplay(given);
  if (given.expiresAt === undefined) return given;
  const inMs = given.expiresAt.getTime() - Date.now();
  if (inMs >= 30 * MINUTE_MS && inMs <= 24 * HOUR_MS) return given;
  throw new InvalidArgumentError("expiresAt must be a Date from 30 minutes to 24 hours from now.");
}

function checkPurchase<
  T extends Checked<PurchaseOptions> & { readonly items?: readonly CheckoutItem[] | undefined },
>(given: T): T & { readonly lines: readonly CheckoutLine[] } {
  const lines = toCheckoutLines(checkVisit(given));
  assertCollectable(given);
  if (given.discount !== undefined && given.allowPromotionCodes === true) {
    throw new InvalidArgumentError("Give either discount or allowPromotionCodes.");
  }
  return { ...given, lines };
}

function checkTrial(given: CheckedSubscription): CheckedSubscription {
  assertOneTrial(given);
  return given;
}
