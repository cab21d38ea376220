/** The look and the features of a portal, as code. */
import * as z from "zod/mini";
import { InvalidArgumentError } from "../../errors.js";
import { boundedList, checkInput, mistakesIn, onFirstUse, text } from "../../input.js";
import { CANCELLATION_REASONS, type CancellationReason } from "../../stripe/cancellation-reasons.js";
import { isObjectId, type ObjectKind } from "../../stripe/object-id.js";

/**
 * A portal configuration as code. A feature that is left out is off. Give it to `ensurePortalConfiguration`, or to the
 * service's settings as `portal.configuration`, for each tenant, for each set of plans, or the same one for all.
 *
 * @example
 * import type { PortalConfigurationSpec } from "@repo/billing";
 *
 * const spec: PortalConfigurationSpec = {
 *   headline: "Acme partners with Stripe for billing",
 *   features: {
 *     invoiceHistory: true,
 *     paymentMethodUpdate: true,
 *     customerUpdate: { allowedUpdates: ["email", "address", "tax_id"] },
 *     subscriptionCancel: { mode: "at_period_end", reasons: ["too_expensive", "unused", "other"] },
 *   },
 * };
 */
export interface PortalConfigurationSpec {
  /** Its name in the Dashboard; up to 256 characters. */
  readonly name?: string | undefined;
  /** The headline of the portal; up to 60 characters. */
  readonly headline?: string | undefined;
  readonly privacyPolicyUrl?: string | undefined;
  readonly termsOfServiceUrl?: string | undefined;
  /** The default return URL of sessions, on an origin that the settings allow. */
  readonly returnUrl?: string | undefined;
  /**
   * Enables a permanent page of Stripe's where customers log in by e-mail. Stripe searches all customers of the
   * account: if tenants share it, a person who is a customer of two tenants may reach either's portal. Default: false.
   */
  readonly loginPage?: boolean | undefined;
  readonly features: PortalFeatures;
}

/** The features that customers may use. */
export interface PortalFeatures {
  readonly invoiceHistory?: boolean | undefined;
  readonly paymentMethodUpdate?: boolean | undefined;
  readonly customerUpdate?: { readonly allowedUpdates: readonly CustomerDetail[] } | undefined;
  readonly subscriptionCancel?: CancelFeature | undefined;
  /** Pausing needs `stripe` 23.1. */
  readonly subscriptionPause?: PauseFeature | undefined;
  readonly subscriptionUpdate?: UpdateFeature | undefined;
}

/** The ways a customer may cancel a subscription. */
export interface CancelFeature {
  /** Default: `"at_period_end"`. */
  readonly mode?: "at_period_end" | "immediately" | undefined;
  /** Credits the unused time; only with `"immediately"`. Default: `"none"`. */
  readonly prorationBehavior?: "none" | "create_prorations" | undefined;
  /** The reasons to choose from. Default: the customer is not asked. */
  readonly reasons?: readonly CancellationReason[] | undefined;
}

/** The ways a customer may pause a subscription. */
export interface PauseFeature {
  /** The durations to choose from. Default: the pause lasts until the customer ends it. */
  readonly intervals?: readonly PauseInterval[] | undefined;
}

/** The ways a customer may change a subscription. */
export interface UpdateFeature {
  /**
   * With `promotion_code`, Stripe accepts any active code of the account, whichever tenant it belongs to. So it is
   * refused unless each tenant has its own account (`connectTenancy`) or the settings share all codes
   * (`catalog.promotionCodes`).
   */
  readonly allowedUpdates: readonly ("price" | "quantity" | "promotion_code")[];
  /** The products that customers may change to; up to ten, the tenant's own or shared ones. */
  readonly products: readonly OfferedProduct[];
  /** Default: `"none"`. */
  readonly prorationBehavior?: ProrationBehavior | undefined;
  /** The changes that wait for the end of the period. Default: none; every change takes effect at once. */
  readonly scheduleAtPeriodEnd?: readonly ("decreasing_item_amount" | "shortening_interval")[] | undefined;
  /** How a change affects a trial. Default: `"end_trial"`. */
  readonly trialUpdateBehavior?: "end_trial" | "continue_trial" | undefined;
  /** Default: `"unchanged"`. */
  readonly billingCycleAnchor?: "unchanged" | "now" | undefined;
}

export type CustomerDetail = (typeof DETAILS)[number];
export type ProrationBehavior = (typeof PRORATIONS)[number];

export interface PauseInterval {
  readonly interval: "day" | "week" | "month" | "year";
  /** The number of intervals, three years at most. Default: 1. */
  readonly count?: number | undefined;
}

export interface OfferedProduct {
  readonly productId: string;
  /** Recurring prices of this product, at most one for each interval. */
  readonly priceIds: readonly string[];
  /** The range of quantities that a customer may choose. Default: the quantity cannot be changed. */
  readonly quantity?:
    | { readonly minimum?: number | undefined; readonly maximum?: number | undefined }
    | undefined;
}

const DETAILS = ["address", "email", "name", "phone", "shipping", "tax_id"] as const;
const PRORATIONS = ["none", "create_prorations", "always_invoice"] as const;
const INTERVALS = { day: 1095, week: 156, month: 36, year: 3 } as const;
const MOST_PRODUCTS = 10;
/** More than the intervals that exist. */
const MOST_PRICES = 20;

const schema = onFirstUse(() =>
  object("The portal configuration", {
    name: z.optional(text("name must be a string of 1 to 256 characters.", /^.{1,256}$/)),
    headline: z.optional(text("headline must be a string of 1 to 60 characters.", /^.{1,60}$/)),
    privacyPolicyUrl: url(),
    termsOfServiceUrl: url(),
    returnUrl: url(),
    loginPage: flag("loginPage"),
    features: object("features", {
      invoiceHistory: flag("invoiceHistory"),
      paymentMethodUpdate: flag("paymentMethodUpdate"),
      customerUpdate: z.optional(
        object("customerUpdate", { allowedUpdates: setOf("customerUpdate.allowedUpdates", DETAILS) }),
      ),
      subscriptionCancel: z.optional(
        object("subscriptionCancel", {
          mode: z.optional(oneOf("mode", ["at_period_end", "immediately"])),
          prorationBehavior: z.optional(oneOf("prorationBehavior", ["none", "create_prorations"])),
          reasons: z.optional(setOf("reasons", CANCELLATION_REASONS)),
        }),
      ),
      subscriptionPause: z.optional(
        object("subscriptionPause", {
          intervals: z.optional(
            listOf(
              "intervals",
              object("Each of intervals", {
                interval: oneOf("interval", ["day", "week", "month", "year"]),
                count: z.optional(whole("count", 1)),
              }),
            ),
          ),
        }),
      ),
      subscriptionUpdate: z.optional(
        object("subscriptionUpdate", {
          allowedUpdates: setOf("subscriptionUpdate.allowedUpdates", ["price", "quantity", "promotion_code"]),
          products: listOf(
            "products",
            object("Each of products", {
              productId: idOf("product"),
              priceIds: boundedList(
                idOf("price"),
                { least: 1, most: MOST_PRICES },
                `priceIds must be a list of 1 to ${MOST_PRICES}.`,
              ),
              quantity: z.optional(
                object("quantity", {
                  minimum: z.optional(whole("minimum", 0)),
                  maximum: z.optional(whole("maximum", 1)),
                }),
              ),
            }),
          ),
          prorationBehavior: z.optional(oneOf("prorationBehavior", PRORATIONS)),
          scheduleAtPeriodEnd: z.optional(
            setOf("scheduleAtPeriodEnd", ["decreasing_item_amount", "shortening_interval"]),
          ),
          trialUpdateBehavior: z.optional(oneOf("trialUpdateBehavior", ["end_trial", "continue_trial"])),
          billingCycleAnchor: z.optional(oneOf("billingCycleAnchor", ["unchanged", "now"])),
        }),
      ),
    }),
  }),
);

/** A plain copy of a spec. @throws InvalidArgumentError with one sentence per mistake that can be seen without Stripe. */
export function checkSpec(given: unknown): PortalConfigurationSpec {
  const spec = checkInput(schema, given);
  const { subscriptionCancel: cancel, subscriptionPause, subscriptionUpdate } = spec.features;
  if (cancel?.prorationBehavior === "create_prorations" && cancel.mode !== "immediately") {
    throw new InvalidArgumentError('prorationBehavior "create_prorations" needs mode "immediately".');
  }
  for (const { interval, count = 1 } of subscriptionPause?.intervals ?? []) {
    if (count > INTERVALS[interval]) throw new InvalidArgumentError("A pause can last three years at most.");
  }
  if (subscriptionUpdate !== undefined && spec.features.paymentMethodUpdate !== true) {
    throw new InvalidArgumentError(
      "Stripe's portal offers plan changes only with card changes. Set features.paymentMethodUpdate to true.",
    );
  }
  const products = subscriptionUpdate?.products ?? [];
  for (const { quantity: { minimum = 0, maximum = Number.POSITIVE_INFINITY } = {} } of products) {
    if (minimum > maximum)
      throw new InvalidArgumentError("quantity.minimum must not exceed quantity.maximum.");
  }
  if (products.length > MOST_PRODUCTS) {
    throw new InvalidArgumentError(
      `A portal can offer ${MOST_PRODUCTS} products, but products names ${products.length}. Make a configuration for each set of plans.`,
    );
  }
  assertDistinct(
    "products",
    products.map(({ productId }) => productId),
  );
  assertDistinct(
    "priceIds",
    products.flatMap(({ priceIds }) => priceIds),
  );
  return spec;
}

export function isSpec(value: unknown): boolean {
  return "value" in mistakesIn(schema, value);
}

function assertDistinct(name: string, ids: readonly string[]): void {
  if (new Set(ids).size === ids.length) return;
  throw new InvalidArgumentError(`${name} must name each of them once.`);
}

function object<T extends z.core.$ZodLooseShape>(name: string, shape: T): z.ZodMiniObject<T, z.core.$strict> {
  return z.strictObject(shape, `${name} must be an object.`);
}

/** Longer than any of these lists; each has a limit of its own. */
const MOST_ELEMENTS = 100;

function listOf<T>(name: string, element: z.ZodMiniType<T>): z.ZodMiniType<T[]> {
  return boundedList(element, { least: 1, most: MOST_ELEMENTS }, `${name} must be a list that is not empty.`);
}

/** Sorts the values, because their order means nothing. */
function setOf<const T extends string>(name: string, values: readonly T[]): z.ZodMiniType<T[]> {
  const known = listOf(name, oneOf(`Each of ${name}`, values));
  return z.pipe(
    known,
    z.transform((chosen: T[]) => [...new Set(chosen)].sort()),
  );
}

function oneOf<const T extends string>(name: string, values: readonly T[]): z.ZodMiniType<T> {
  const accepts = (value: unknown) => values.some((one) => one === value);
  return z.custom<T>(accepts, `${name} must be ${values.join(" or ")}.`);
}

function whole(name: string, least: number): z.ZodMiniNumberFormat {
  const sentence = `${name} must be a whole number, at least ${least}.`;
  return z.int(sentence).check(z.gte(least, sentence));
}

function url(): z.ZodMiniOptional<z.ZodMiniString> {
  return z.optional(z.string("The URLs of a portal configuration must be strings."));
}

function flag(name: string): z.ZodMiniOptional<z.ZodMiniBoolean> {
  return z.optional(z.boolean(`${name} must be true or false.`));
}

function idOf(kind: ObjectKind): z.ZodMiniCustom<string, string> {
  const accepts = (value: unknown) => typeof value === "string" && isObjectId(kind, value);
  return z.custom<string>(accepts, `A portal configuration must name each ${kind} by its Stripe id.`);
}
