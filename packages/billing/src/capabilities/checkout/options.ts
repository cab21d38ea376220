import * as z from "zod/mini";
import { InvalidArgumentError } from "../../errors.js";
import { callFields, checkInput, copyOptions, onFirstUse, text } from "../../input.js";
import type { NewDiscount } from "../../selling/new-discount.js";
import type { CallOptions } from "../../stripe/deadline.js";
import { isObjectId } from "../../stripe/object-id.js";
import type { CallerMetadata } from "../../tenancy/caller-metadata.js";

/** What a customer is sent to Stripe's page for: to subscribe (the default), to pay once, or to save a card. */
export type CreateCheckoutSessionOptions =
  | SubscriptionCheckoutOptions
  | PaymentCheckoutOptions
  | SetupCheckoutOptions;

interface CheckoutOptions extends CallOptions {
  /** May be left out where the tenancy's directory names exactly one customer for the tenant. */
  readonly customerId?: string;
  /**
   * Where the customer comes back to: an absolute URL, or a path on the settings' `portal.returnUrl`, which is the
   * default. Stripe puts the session's id in the place of `{CHECKOUT_SESSION_ID}`. Whoever calls that page has proved
   * nothing: ask `getCheckoutSession`.
   */
  readonly successUrl?: string;
  /** Where the page's "back" link leads. The same default. */
  readonly cancelUrl?: string;
  /** A language tag such as `"en-GB"`, or `"auto"`. Default: the browser's. */
  readonly locale?: string;
  /** The application's own reference, such as of a cart: 1 to 200 letters, digits, _ and -. */
  readonly clientReferenceId?: string;
  /** For the session and for what it makes. */
  readonly metadata?: CallerMetadata;
  /** From 30 minutes to 24 hours from now. Default: 24 hours. */
  readonly expiresAt?: Date;
}

interface PurchaseOptions extends CheckoutOptions {
  /** An active price of a product that the tenant may sell, its own or a shared one. Or use {@link items}. */
  readonly priceId?: string;
  /** With {@link priceId}. Default: 1. A metered price takes none. */
  readonly quantity?: number;
  /** Several prices at once. */
  readonly items?: readonly CheckoutItem[];
  readonly discount?: NewDiscount;
  /**
   * Lets the customer type a promotion code, in place of {@link discount}. Stripe takes any active code of the account
   * there, so this is refused but where each tenant has an account of its own (`connectTenancy`), or the settings say
   * that all codes are for all tenants (`catalog.promotionCodes`). Default: false.
   */
  readonly allowPromotionCodes?: boolean;
  /** Let Stripe Tax reckon the taxes, by the address that the customer gives. Default: false. */
  readonly automaticTax?: boolean;
}

export interface CheckoutItem {
  readonly priceId: string;
  /** Default: 1. A metered price takes none. */
  readonly quantity?: number;
}

export interface SubscriptionCheckoutOptions extends PurchaseOptions {
  readonly mode?: "subscription";
  /** A trial of so many days, 1 to 730. */
  readonly trialDays?: number;
  /** A trial until then, from 48 hours to two years from now. */
  readonly trialEnd?: Date;
  /** What becomes of a trial that ends without a payment method. Default: `"create_invoice"`. */
  readonly trialWithoutPaymentMethod?: "create_invoice" | "pause" | "cancel";
  /** `"if_required"` asks for no card while nothing is due. Default: `"always"`. */
  readonly paymentMethodCollection?: "always" | "if_required";
  /** Sell a product that the customer has a subscription to already. Default: false. */
  readonly allowSecond?: boolean;
}

export interface PaymentCheckoutOptions extends PurchaseOptions {
  readonly mode: "payment";
}

export interface SetupCheckoutOptions extends CheckoutOptions {
  readonly mode: "setup";
  /** The currency, such as `"usd"`, that the saved payment method will be charged in. */
  readonly currency: string;
}

const QUANTITY = "quantity must be a whole number from 1 to 999999999.";
const ITEMS = "items must be a list of 1 to 20 of { priceId, quantity? }.";
const TRIAL_DAYS = "trialDays must be a whole number from 1 to 730.";
const WITHOUT_METHOD = ["create_invoice", "pause", "cancel"] as const;
const COLLECTION = ["always", "if_required"] as const;

const sessionFields = onFirstUse(() => ({
  ...callFields(),
  // Each judged by the one guard for its kind.
  customerId: z.optional(z.unknown()),
  successUrl: z.optional(z.unknown()),
  cancelUrl: z.optional(z.unknown()),
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

const itemFields = onFirstUse(() => ({
  priceId: z.custom<string>(
    (value) => typeof value === "string" && isObjectId("price", value),
    'priceId must be the id of a Stripe price, such as "price_…".',
  ),
  quantity: z.optional(z.int(QUANTITY).check(z.gte(1, QUANTITY), z.lte(999_999_999, QUANTITY))),
}));

const purchaseFields = onFirstUse(() => ({
  ...sessionFields(),
  priceId: z.optional(itemFields().priceId),
  quantity: itemFields().quantity,
  items: z.optional(
    z.array(z.strictObject(itemFields(), ITEMS), ITEMS).check(z.minLength(1, ITEMS), z.maxLength(20, ITEMS)),
  ),
  discount: z.optional(
    z.union(
      [
        z.strictObject({ couponId: z.string().check(z.regex(/^[\w-]{1,200}$/)) }),
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
  automaticTax: z.optional(z.boolean("automaticTax must be true or false.")),
}));

const OBJECT = "The options must be an object.";

const subscriptionOptions = onFirstUse(() =>
  z.strictObject(
    {
      ...purchaseFields(),
      mode: z.optional(z.literal("subscription")),
      trialDays: z.optional(z.int(TRIAL_DAYS).check(z.gte(1, TRIAL_DAYS), z.lte(730, TRIAL_DAYS))),
      trialEnd: z.optional(z.date("trialEnd must be a Date.")),
      trialWithoutPaymentMethod: z.optional(
        z.enum(WITHOUT_METHOD, `trialWithoutPaymentMethod must be one of ${WITHOUT_METHOD.join(", ")}.`),
      ),
      paymentMethodCollection: z.optional(
        z.enum(COLLECTION, `paymentMethodCollection must be one of ${COLLECTION.join(", ")}.`),
      ),
      allowSecond: z.optional(z.boolean("allowSecond must be true or false.")),
    },
    OBJECT,
  ),
);

const paymentOptions = onFirstUse(() =>
  z.strictObject({ ...purchaseFields(), mode: z.literal("payment") }, OBJECT),
);

const setupOptions = onFirstUse(() =>
  z.strictObject(
    {
      ...sessionFields(),
      mode: z.literal("setup"),
      currency: text('currency must be three lower-case letters, such as "usd".', /^[a-z]{3}$/),
    },
    OBJECT,
  ),
);

/** What was checked; the rest is judged by the guards for its kind. */
type Checked<T> = OrUndefined<Omit<T, Judged | "items">> & { readonly [K in Judged]?: unknown };
type Judged = "customerId" | "successUrl" | "cancelUrl" | "metadata" | keyof CallOptions;
type OrUndefined<T> = { readonly [K in keyof T]: T extends Required<Pick<T, K>> ? T[K] : T[K] | undefined };

/** What is bought, however it was named. */
type Lines = readonly { readonly priceId: string; readonly quantity?: number | undefined }[];

export type CheckedSubscription = Checked<SubscriptionCheckoutOptions> & { readonly lines: Lines };
export type CheckedPayment = Checked<PaymentCheckoutOptions> & { readonly lines: Lines };
export type CheckedSetup = Checked<SetupCheckoutOptions>;

/** @throws InvalidArgumentError with one sentence per mistake. */
export function checkOptions(
  options: CreateCheckoutSessionOptions,
): CheckedSubscription | CheckedPayment | CheckedSetup {
  const given = copyOptions(options);
  // Read once, so that what is checked here is what is sent.
  const { mode = "subscription" }: { readonly mode?: unknown } = given;
  if (mode === "setup") return checkExpiry(checkInput(setupOptions, given));
  if (mode === "payment") return checkPurchase(checkInput(paymentOptions, given));
  if (mode !== "subscription") {
    throw new InvalidArgumentError("mode must be one of subscription, payment, setup.");
  }
  return checkTrial(checkPurchase(checkInput(subscriptionOptions, given)));
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

function checkExpiry<T extends { readonly expiresAt?: Date | undefined }>(given: T): T {
  if (given.expiresAt === undefined) return given;
  const inMs = given.expiresAt.getTime() - Date.now();
  if (inMs >= 30 * MINUTE_MS && inMs <= 24 * HOUR_MS) return given;
  throw new InvalidArgumentError("expiresAt must be a Date from 30 minutes to 24 hours from now.");
}

function checkPurchase<T extends Checked<PurchaseOptions> & { readonly items?: Lines | undefined }>(
  given: T,
): T & { readonly lines: Lines } {
  const { priceId: only, quantity: onlyQuantity, items } = checkExpiry(given);
  if ((only === undefined) === (items === undefined)) {
    throw new InvalidArgumentError("Give either priceId or items.");
  }
  if (only === undefined && onlyQuantity !== undefined) {
    throw new InvalidArgumentError("quantity goes with priceId; with items, each has its own.");
  }
  if (given.discount !== undefined && given.allowPromotionCodes === true) {
    throw new InvalidArgumentError("Give either discount or allowPromotionCodes.");
  }
  const lines = items ?? (only === undefined ? [] : [{ priceId: only, quantity: onlyQuantity }]);
  if (new Set(lines.map((line) => line.priceId)).size < lines.length) {
    throw new InvalidArgumentError("items must name each price at most once.");
  }
  return { ...given, lines };
}

function checkTrial(given: CheckedSubscription): CheckedSubscription {
  const { trialDays, trialEnd } = given;
  if (trialDays !== undefined && trialEnd !== undefined) {
    throw new InvalidArgumentError("Give either trialDays or trialEnd.");
  }
  if (trialEnd === undefined || trialEnd.getTime() >= Date.now() + 48 * HOUR_MS) return given;
  throw new InvalidArgumentError(
    "trialEnd must be a Date at least 48 hours from now: Checkout takes no sooner.",
  );
}
