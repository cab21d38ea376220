import type Stripe from "stripe";
import * as z from "zod/mini";
import { InvalidArgumentError } from "../../errors.js";
import { checkInput, onFirstUse, writeFields } from "../../input.js";
import { type Prices, productsOf } from "../../selling/for-sale.js";
import type { NewDiscount } from "../../selling/new-discount.js";
import { assertNotSubscribed } from "../../selling/one-subscription.js";
import type { CallOptions } from "../../stripe/deadline.js";
import type { IdempotencyOptions } from "../../stripe/idempotency.js";
import { isObjectId } from "../../stripe/object-id.js";
import type { CallerMetadata } from "../../tenancy/caller-metadata.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { toEpochSeconds } from "../../views/epoch.js";
import {
  type ChangedSubscription,
  PENDING_PAYMENT,
  toChangedSubscription,
} from "../../views/pending-payment.js";
import { newDiscounts, proveDiscounts } from "./discounts.js";
import { itemFields } from "./items.js";
import { isMetered, provePaymentMethod, provePrices } from "./named.js";

/** What a customer is subscribed to, and how it is billed. */
export interface CreateSubscriptionOptions extends CallOptions, IdempotencyOptions {
  /** May be left out where the tenancy's directory names exactly one customer for the tenant. */
  readonly customerId?: string;
  /** An active, recurring price of a product that the tenant may sell, its own or a shared one. Or use {@link items}. */
  readonly priceId?: string;
  /** With {@link priceId}. Default: 1. A metered price takes none. */
  readonly quantity?: number;
  /** Several prices at once, each for an item of its own. */
  readonly items?: readonly NewSubscriptionItem[];
  /** A trial of so many days, 1 to 730. */
  readonly trialDays?: number;
  /** A trial until then, in the next two years. */
  readonly trialEnd?: Date;
  /** What becomes of a trial that ends without a payment method. Default: `"create_invoice"`, which then stays unpaid. */
  readonly trialWithoutPaymentMethod?: "create_invoice" | "pause" | "cancel";
  /** A payment method of the customer's. Default: the customer's own default. */
  readonly defaultPaymentMethodId?: string;
  /**
   * `"allow_incomplete"` (the default) tries the payment, and leaves the subscription incomplete when it fails;
   * `"error_if_incomplete"` then makes none and throws `PaymentRequiredError`; `"default_incomplete"` waits for the
   * customer to pay in the browser, and keeps that payment method for the renewals.
   */
  readonly paymentBehavior?: "allow_incomplete" | "default_incomplete" | "error_if_incomplete";
  /** Send invoices that are due after so many days, instead of charging a payment method. */
  readonly daysUntilDue?: number;
  readonly discounts?: readonly NewDiscount[];
  /** Let Stripe Tax reckon the taxes. Default: false. */
  readonly automaticTax?: boolean;
  readonly metadata?: CallerMetadata;
  /** Sell a product that the customer has a subscription to already. Default: false. */
  readonly allowSecond?: boolean;
}

export interface NewSubscriptionItem {
  readonly priceId: string;
  /** Default: 1. A metered price takes none. */
  readonly quantity?: number;
}

const ITEMS = "items must be a list of 1 to 20 of { priceId, quantity? }.";
const TRIAL_DAYS = "trialDays must be a whole number from 1 to 730.";
const DAYS_UNTIL_DUE = "daysUntilDue must be a whole number from 0 to 365.";
const MISSING_PAYMENT_METHOD = ["create_invoice", "pause", "cancel"] as const;
const PAYMENT_BEHAVIORS = ["allow_incomplete", "default_incomplete", "error_if_incomplete"] as const;

const createOptions = onFirstUse(() =>
  z.strictObject(
    {
      ...writeFields(),
      // Judged by the scope, which knows the tenant's customers.
      customerId: z.optional(z.unknown()),
      priceId: z.optional(itemFields().priceId),
      quantity: itemFields().quantity,
      items: z.optional(
        z
          .array(z.strictObject({ ...itemFields() }, ITEMS), ITEMS)
          .check(z.minLength(1, ITEMS), z.maxLength(20, ITEMS)),
      ),
      trialDays: z.optional(z.int(TRIAL_DAYS).check(z.gte(1, TRIAL_DAYS), z.lte(730, TRIAL_DAYS))),
      trialEnd: z.optional(z.date("trialEnd must be a Date.")),
      trialWithoutPaymentMethod: z.optional(
        z.enum(
          MISSING_PAYMENT_METHOD,
          `trialWithoutPaymentMethod must be one of ${MISSING_PAYMENT_METHOD.join(", ")}.`,
        ),
      ),
      defaultPaymentMethodId: z.optional(
        z.custom<string>(
          (value) => typeof value === "string" && isObjectId("payment_method", value),
          'defaultPaymentMethodId must be the id of a Stripe payment method, such as "pm_…".',
        ),
      ),
      paymentBehavior: z.optional(
        z.enum(PAYMENT_BEHAVIORS, `paymentBehavior must be one of ${PAYMENT_BEHAVIORS.join(", ")}.`),
      ),
      daysUntilDue: z.optional(
        z.int(DAYS_UNTIL_DUE).check(z.gte(0, DAYS_UNTIL_DUE), z.lte(365, DAYS_UNTIL_DUE)),
      ),
      discounts: z.optional(newDiscounts()),
      automaticTax: z.optional(z.boolean("automaticTax must be true or false.")),
      // Judged by the scope, which knows the keys that no caller may name.
      metadata: z.optional(z.unknown()),
      allowSecond: z.optional(z.boolean("allowSecond must be true or false.")),
    },
    "The options must be an object.",
  ),
);

export async function createSubscription(
  scope: TenantScope,
  options: CreateSubscriptionOptions,
): Promise<ChangedSubscription> {
  const wanted = checkCreation(scope, options);
  const customer = await scope.customerId(wanted.customerId);
  const { defaultPaymentMethodId, discounts = [] } = wanted;
  // guard: a subscription is made for a proved customer
  await scope.proveCustomer(customer);
  const [prices, discountParams] = await Promise.all([
    // guard (as table): a new subscription sells what the tenant may sell
    provePrices(
      scope,
      wanted.items.map((item) => item.priceId),
    ),
    // guard (as table): a new subscription begins discounts that the tenant may give
    proveDiscounts(scope, discounts, { customerId: customer, discountIds: [] }),
    defaultPaymentMethodId === undefined
      ? undefined
      : provePaymentMethod(scope, defaultPaymentMethodId, customer), // guard (as undefined): a new subscription is charged on a payment method of its customer's
  ]);
  const params = { customer, items: toItems(wanted.items, prices), ...toParams(wanted) };
  // guard: a customer is not subscribed twice
  if (wanted.allowSecond !== true) await assertNotSubscribed(scope, customer, productsOf(prices));
  const subscription = await scope.write(
    "POST /v1/subscriptions",
    {},
    { ...params, ...(discountParams !== "" && { discounts: discountParams }), expand: [...PENDING_PAYMENT] },
    wanted.idempotencyKey,
  );
  return toChangedSubscription(subscription, scope);
}

type Wanted = ReturnType<typeof checkCreation>;

function checkCreation(scope: TenantScope, options: CreateSubscriptionOptions) {
  const given = checkInput(createOptions, options);
  const { priceId: only, quantity: onlyQuantity, trialDays, trialEnd } = given;
  if ((only === undefined) === (given.items === undefined)) {
    throw new InvalidArgumentError("Give either priceId or items.");
  }
  if (only === undefined && onlyQuantity !== undefined) {
    throw new InvalidArgumentError("quantity goes with priceId; with items, each has its own.");
  }
  const items = given.items ?? (only === undefined ? [] : [{ priceId: only, quantity: onlyQuantity }]);
  if (new Set(items.map((item) => item.priceId)).size < items.length) {
    throw new InvalidArgumentError("items must name each price at most once.");
  }
  if (trialDays !== undefined && trialEnd !== undefined) {
    throw new InvalidArgumentError("Give either trialDays or trialEnd.");
  }
  if (trialEnd !== undefined && trialEnd.getTime() <= Date.now()) {
    throw new InvalidArgumentError("trialEnd must be a Date in the future.");
  }
  if (given.daysUntilDue !== undefined && given.paymentBehavior !== undefined) {
    throw new InvalidArgumentError("paymentBehavior is for charging; with daysUntilDue an invoice is sent.");
  }
  // guard (argument of callerMetadata): a new subscription's metadata names no reserved key
  const metadata = given.metadata === undefined ? undefined : scope.callerMetadata(given.metadata);
  return { ...given, items, metadata };
}

function toItems(items: Wanted["items"], prices: Prices): Stripe.SubscriptionCreateParams.Item[] {
  return items.map((item) => {
    if (item.quantity !== undefined && isMetered(prices, item.priceId)) {
      throw new InvalidArgumentError(
        "A metered price takes no quantity: it bills the usage that is reported.",
      );
    }
    return { price: item.priceId, ...(item.quantity === undefined ? {} : { quantity: item.quantity }) };
  });
}

function toParams(wanted: Wanted): Omit<Stripe.SubscriptionCreateParams, "customer" | "items"> {
  const { trialDays, trialEnd, trialWithoutPaymentMethod: missing, paymentBehavior, daysUntilDue } = wanted;
  return {
    ...(trialDays !== undefined && { trial_period_days: trialDays }),
    ...(trialEnd !== undefined && { trial_end: toEpochSeconds(trialEnd) }),
    ...(missing && { trial_settings: { end_behavior: { missing_payment_method: missing } } }),
    ...(wanted.defaultPaymentMethodId !== undefined && {
      default_payment_method: wanted.defaultPaymentMethodId,
    }),
    ...(paymentBehavior && { payment_behavior: paymentBehavior }),
    // What the customer pays the first invoice with would not be charged again otherwise.
    ...(paymentBehavior === "default_incomplete" && {
      payment_settings: { save_default_payment_method: "on_subscription" },
    }),
    ...(daysUntilDue !== undefined && { collection_method: "send_invoice", days_until_due: daysUntilDue }),
    ...(wanted.automaticTax !== undefined && { automatic_tax: { enabled: wanted.automaticTax } }),
    ...(wanted.metadata && { metadata: wanted.metadata }),
  };
}
