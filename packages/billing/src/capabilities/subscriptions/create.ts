import type Stripe from "stripe";
import * as z from "zod/mini";
import { InvalidArgumentError } from "../../errors.js";
import { checkInput, onFirstUse, optionsObject, writeFields } from "../../input.js";
import { assertFuture } from "../../selling/assert-future.js";
import { expireSales, listSessions } from "../../selling/checkout-pages.js";
import { assertNoneSells, listCurrentSubscriptions } from "../../selling/current-subscriptions.js";
import { lineItemFields, toLineItems } from "../../selling/line-items.js";
import type { NewDiscount } from "../../selling/prove-discount.js";
import {
  assertNoMeteredQuantity,
  assertRecurring,
  collectProductIds,
  isMetered,
  type Prices,
  proveForSale,
} from "../../selling/prove-prices.js";
import { assertOneTrial, toTrialParams, trialFields } from "../../selling/trial.js";
import { sideBySide } from "../../side-by-side.js";
import { Steps } from "../../steps.js";
import type { CallOptions } from "../../stripe/deadline.js";
import type { IdempotencyOptions } from "../../stripe/idempotency.js";
import { isObjectId } from "../../stripe/object-id.js";
import { isResultOf, markCall, toMetadata } from "../../tenancy/call-mark.js";
import type { CallerMetadata } from "../../tenancy/caller-metadata.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { unlessOvertaken } from "../../unless-overtaken.js";
import {
  type ChangedSubscription,
  PENDING_PAYMENT,
  toChangedSubscription,
} from "../../views/pending-payment.js";
import { newDiscounts, proveDiscounts } from "./discounts.js";
import { provePaymentMethod } from "./prove-payment-method.js";

/** The items of a new subscription, and how it is billed. */
export interface CreateSubscriptionOptions extends CallOptions, IdempotencyOptions {
  /** May be left out if the tenancy's directory names exactly one customer for the tenant. */
  readonly customerId?: string | undefined;
  /** An active, recurring price of a product that the tenant may sell, its own or a shared one. Or use {@link items}. */
  readonly priceId?: string | undefined;
  /** The quantity of {@link priceId}. Default: 1. A metered price takes none. */
  readonly quantity?: number | undefined;
  /** Several prices, each for an item of its own. */
  readonly items?: readonly NewSubscriptionItem[] | undefined;
  /** The length of a trial in days, 1 to 730. */
  readonly trialDays?: number | undefined;
  /** The end of a trial, within the next two years. */
  readonly trialEnd?: Date | undefined;
  /**
   * What happens if a trial ends without a payment method. Default: `"create_invoice"`, which leaves an unpaid invoice.
   */
  readonly trialWithoutPaymentMethod?: "create_invoice" | "pause" | "cancel" | undefined;
  /** One of the customer's payment methods. Default: the customer's default. */
  readonly defaultPaymentMethodId?: string | undefined;
  /**
   * `"allow_incomplete"` (the default) tries the payment and leaves the subscription incomplete if it fails;
   * `"error_if_incomplete"` throws `PaymentRequiredError` if it fails, and creates no subscription;
   * `"default_incomplete"` waits for the customer to pay in the browser, and charges renewals to that payment method.
   */
  readonly paymentBehavior?: "allow_incomplete" | "default_incomplete" | "error_if_incomplete" | undefined;
  /** Sends invoices that are due after this many days instead of charging a payment method; 0 to 365. */
  readonly daysUntilDue?: number | undefined;
  readonly discounts?: readonly NewDiscount[] | undefined;
  /** Lets Stripe Tax calculate the taxes. Default: false. */
  readonly automaticTax?: boolean | undefined;
  readonly metadata?: CallerMetadata | undefined;
  /** Allows a second subscription to a product that the customer is subscribed to. Default: false. */
  readonly allowSecond?: boolean | undefined;
}

export interface NewSubscriptionItem {
  readonly priceId: string;
  /** Default: 1. A metered price takes none. */
  readonly quantity?: number | undefined;
}

const DAYS_UNTIL_DUE = "daysUntilDue must be a whole number from 0 to 365.";
const PAYMENT_BEHAVIORS = ["allow_incomplete", "default_incomplete", "error_if_incomplete"] as const;

const createOptions = onFirstUse(() =>
  optionsObject({
    ...writeFields(),
    // The scope checks it, because it knows the tenant's customers.
    customerId: z.optional(z.unknown()),
    ...lineItemFields(0),
    ...trialFields(),
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
    // The scope checks it, because it knows the reserved keys.
    metadata: z.optional(z.unknown()),
    allowSecond: z.optional(z.boolean("allowSecond must be true or false.")),
  }),
);

export async function createSubscription(
  scope: TenantScope,
  options: CreateSubscriptionOptions,
): Promise<ChangedSubscription> {
  const wanted = checkCreation(scope, options);
  const customer = await scope.customerId(wanted.customerId);
  const { prices, subscriptions, discountParams } = await proveAll(scope, wanted, customer);
  assertRecurring(prices);
  const params = {
    customer,
    items: toItems(wanted.items, prices),
    ...toParams(wanted),
    ...(discountParams !== "" && { discounts: discountParams }),
  };
  const steps = new Steps(wanted.idempotencyKey);
  const mark = markCall(scope, "createSubscription", steps.key, params);
  const before = subscriptions.find((one) => isResultOf(mark, one));
  if (before === undefined) assertNoneSells(subscriptions, collectProductIds(prices));
  const subscription = await steps.take("the subscription", () =>
    before === undefined
      ? unlessOvertaken(
          () => proveAll(scope, wanted, customer).then(() => undefined),
          () =>
            scope.write(
              "POST /v1/subscriptions",
              {},
              {
                ...params,
                metadata: { ...wanted.metadata, ...toMetadata(mark) },
                expand: [...PENDING_PAYMENT],
              },
              steps.key,
            ),
        )
      : scope.subscription(before.id, PENDING_PAYMENT),
  );
  if (wanted.allowSecond !== true) {
    await steps.take("the end of open Checkout pages for the same", () =>
      closePages(scope, customer, collectProductIds(prices)),
    );
  }
  return toChangedSubscription(subscription, scope);
}

/** Proves everything that the new subscription names, and lists what it must not be a second of. */
async function proveAll(scope: TenantScope, wanted: Wanted, customer: string) {
  const { defaultPaymentMethodId, discounts = [] } = wanted;
  const [, prices, subscriptions, discountParams] = await sideBySide(
    // guard: a subscription is made for a proved customer
    proveSubscriber(scope, customer, wanted.trialEnd),
    // guard (as table): a new subscription has only prices that the tenant may sell
    proveForSale(
      scope,
      wanted.items.map((item) => item.priceId),
    ),
    // guard (if true): a customer is not subscribed twice
    wanted.allowSecond === true ? [] : listCurrentSubscriptions(scope, customer),
    // guard (as table): a new subscription begins discounts that the tenant may give
    proveDiscounts(scope, discounts, { customerId: customer, discountIds: [] }),
    defaultPaymentMethodId === undefined
      ? undefined
      : provePaymentMethod(scope, defaultPaymentMethodId, customer), // guard (as undefined): a new subscription is charged on a payment method of its customer's
  );
  return { prices, subscriptions, discountParams };
}

/** Proves the customer, by whose clock a trial has to end in the future. */
async function proveSubscriber(
  scope: TenantScope,
  customer: string,
  trialEnd: Date | undefined,
): Promise<void> {
  await scope.proveForWrite(customer);
  await assertFuture(trialEnd, "trialEnd must be a Date in the future.", () => scope.customer(customer));
}

/** Closes the pages on which the customer could subscribe a second time. One request, and one for each page. */
async function closePages(
  scope: TenantScope,
  customer: string,
  productIds: ReadonlySet<string>,
): Promise<void> {
  const { open } = await listSessions(scope, customer);
  await expireSales(scope, open, { mode: "subscription", productIds });
}

type Wanted = ReturnType<typeof checkCreation>;

function checkCreation(scope: TenantScope, options: CreateSubscriptionOptions) {
  const given = checkInput(createOptions, options);
  const items = toLineItems(given);
  assertOneTrial(given);
  if (given.daysUntilDue !== undefined && given.paymentBehavior !== undefined) {
    throw new InvalidArgumentError(
      "Give either paymentBehavior or daysUntilDue: with daysUntilDue, Stripe sends an invoice instead of charging.",
    );
  }
  // guard (argument of callerMetadata): a new subscription's metadata names no reserved key
  const metadata = given.metadata === undefined ? undefined : scope.callerMetadata(given.metadata);
  return { ...given, items, metadata };
}

function toItems(items: Wanted["items"], prices: Prices): Stripe.SubscriptionCreateParams.Item[] {
  return items.map((item) => {
    assertNoMeteredQuantity(isMetered(prices, item.priceId), item.quantity);
    return { price: item.priceId, ...(item.quantity === undefined ? {} : { quantity: item.quantity }) };
  });
}

function toParams(wanted: Wanted): Omit<Stripe.SubscriptionCreateParams, "customer" | "items"> {
  const { paymentBehavior, daysUntilDue } = wanted;
  return {
    ...toTrialParams(wanted),
    ...(wanted.defaultPaymentMethodId !== undefined && {
      default_payment_method: wanted.defaultPaymentMethodId,
    }),
    ...(paymentBehavior && { payment_behavior: paymentBehavior }),
    // Keeps the payment method of the first invoice; Stripe would not charge it again otherwise.
    ...(paymentBehavior === "default_incomplete" && {
      payment_settings: { save_default_payment_method: "on_subscription" },
    }),
    ...(daysUntilDue !== undefined && { collection_method: "send_invoice", days_until_due: daysUntilDue }),
    ...(wanted.automaticTax !== undefined && { automatic_tax: { enabled: wanted.automaticTax } }),
    ...(wanted.metadata && { metadata: wanted.metadata }),
  };
}
