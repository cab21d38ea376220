import * as z from "zod/mini";
import { InvalidArgumentError } from "../../errors.js";
import { checkInput, onFirstUse, optionsObject, writeFields } from "../../input.js";
import { priceIdSchema, quantitySchema } from "../../selling/line-items.js";
import type { CallOptions } from "../../stripe/deadline.js";
import type { IdempotencyOptions } from "../../stripe/idempotency.js";
import { isObjectId } from "../../stripe/object-id.js";
import type { CallerMetadata, StripeMetadata } from "../../tenancy/caller-metadata.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { type SubscriptionDiscount, subscriptionDiscounts } from "./discounts.js";
import { type ItemsInput, itemChanges, type SubscriptionItemChange } from "./items.js";

/** A change of a subscription. What is left out stays as it is. */
export interface SubscriptionChange {
  /** The new price of the only item. If there are several, use {@link items}. */
  readonly priceId?: string | undefined;
  /** The new quantity of the only item. Default: its present quantity, also with a new price. */
  readonly quantity?: number | undefined;
  /** Changes of several items. Items that are not named stay as they are. */
  readonly items?: readonly SubscriptionItemChange[] | undefined;
  /** `"now"` ends the trial; a `Date` within the next two years makes the trial, a running or a new one, end then. */
  readonly trialEnd?: Date | "now" | undefined;
  /** All discounts that the subscription will have. Discounts left out end; an empty list ends them all. */
  readonly discounts?: readonly SubscriptionDiscount[] | undefined;
  /** A payment method of the subscription's customer, to charge instead of the customer's default. */
  readonly defaultPaymentMethodId?: string | undefined;
  /** Merged key by key; null removes a key. */
  readonly metadata?: CallerMetadata | undefined;
  /**
   * `"now"` (the default), or `"period_end"`: the customer keeps what was paid for until then, and nothing is prorated.
   * Replaces a change that was scheduled this way before. Refused with a `ConflictError` if the items to change end at
   * different times, or if a new price has the interval of another item that renews later, until when Stripe might not
   * bill the new price.
   */
  readonly when?: "now" | "period_end" | undefined;
  /**
   * How unused and remaining time of the period is billed: `"create_prorations"` (the default) puts both on the next
   * invoice, `"always_invoice"` bills them at once, `"none"` bills neither.
   */
  readonly proration?: "create_prorations" | "always_invoice" | "none" | undefined;
  /** The time from which prorations are calculated, within the current period. A preview's confirmation contains it. */
  readonly prorationDate?: Date | undefined;
  /**
   * For a change that is billed at once: `"allow_incomplete"` (the default) makes the change whether or not it is paid;
   * `"error_if_incomplete"` throws a `PaymentRequiredError` if the payment fails, and changes nothing;
   * `"pending_if_incomplete"` makes the change once it is paid, within 23 hours; `"default_incomplete"` waits for the
   * customer to pay, as {@link ChangedSubscription} describes.
   */
  readonly paymentBehavior?: (typeof PAYMENT_BEHAVIORS)[number] | undefined;
  /** Null drops a scheduled change. Required to change items, discounts or trial now while a change is scheduled. */
  readonly scheduledChange?: null | undefined;
}

export interface UpdateSubscriptionOptions extends SubscriptionChange, CallOptions, IdempotencyOptions {}

const PAYMENT_BEHAVIORS = [
  "allow_incomplete",
  "default_incomplete",
  "error_if_incomplete",
  "pending_if_incomplete",
] as const;
const PRORATIONS = ["create_prorations", "always_invoice", "none"] as const;
const TRIAL_END = 'trialEnd must be "now" or a Date.';

const changeOptions = onFirstUse(() =>
  optionsObject({
    ...writeFields(),
    priceId: z.optional(priceIdSchema()),
    quantity: quantitySchema(0),
    items: z.optional(itemChanges()),
    trialEnd: z.optional(z.union([z.literal("now"), z.date(TRIAL_END)], TRIAL_END)),
    discounts: z.optional(subscriptionDiscounts()),
    defaultPaymentMethodId: z.optional(
      z.custom<string>(
        (value) => typeof value === "string" && isObjectId("payment_method", value),
        'defaultPaymentMethodId must be the id of a Stripe payment method, such as "pm_…".',
      ),
    ),
    // The scope checks it, because it knows the reserved keys.
    metadata: z.optional(z.unknown()),
    when: z.optional(z.enum(["now", "period_end"], 'when must be "now" or "period_end".')),
    proration: z.optional(z.enum(PRORATIONS, `proration must be one of ${PRORATIONS.join(", ")}.`)),
    prorationDate: z.optional(z.date("prorationDate must be a Date.")),
    paymentBehavior: z.optional(
      z.enum(PAYMENT_BEHAVIORS, `paymentBehavior must be one of ${PAYMENT_BEHAVIORS.join(", ")}.`),
    ),
    scheduledChange: z.optional(z.null("scheduledChange must be null, to drop what is scheduled.")),
  }),
);

/** A change whose options fit together, before anything was read. */
export interface CheckedChange extends ItemsInput {
  readonly trialEnd?: Date | "now" | undefined;
  readonly discounts?: readonly SubscriptionDiscount[] | undefined;
  readonly defaultPaymentMethodId?: string | undefined;
  readonly metadata: StripeMetadata | undefined;
  readonly when?: "now" | "period_end" | undefined;
  readonly proration?: (typeof PRORATIONS)[number] | undefined;
  readonly prorationDate?: Date | undefined;
  readonly paymentBehavior?: (typeof PAYMENT_BEHAVIORS)[number] | undefined;
  readonly scheduledChange?: null | undefined;
  readonly idempotencyKey?: string | undefined;
}

/** @throws InvalidArgumentError | ReservedMetadataError */
export function checkChange(scope: TenantScope, options: UpdateSubscriptionOptions): CheckedChange {
  const { timeoutMs: _, signal: _signal, ...given } = checkInput(changeOptions, options);
  // guard (argument of callerMetadata): a subscription's metadata names no reserved key
  const metadata = given.metadata === undefined ? undefined : scope.callerMetadata(given.metadata);
  const change = { ...given, metadata };
  const isEmpty = [...BILLED, "defaultPaymentMethodId", "metadata", "scheduledChange"].every(
    (name) => !has(change, name),
  );
  if (isEmpty) throw new InvalidArgumentError("Name at least one thing to change.");
  if (change.when === "period_end") {
    refuseAny(
      change,
      AT_ONCE_ONLY,
      'cannot be given with when: "period_end", because nothing is billed then.',
    );
    refuseUnlessAny(
      change,
      SCHEDULABLE,
      'when: "period_end" needs items, discounts, metadata or a payment method to change.',
    );
  }
  if (change.paymentBehavior === "pending_if_incomplete") {
    refuseAny(change, NEVER_PENDING, "cannot wait for a payment; change it in a call of its own.");
  }
  return change;
}

/** Tells if a change touches what is billed, which a schedule would undo. */
export function isBilled(change: CheckedChange): boolean {
  return BILLED.some((name) => has(change, name));
}

const BILLED = ["priceId", "quantity", "items", "trialEnd", "discounts"];
const SCHEDULABLE = ["priceId", "quantity", "items", "discounts", "defaultPaymentMethodId", "metadata"];
const AT_ONCE_ONLY = ["trialEnd", "proration", "prorationDate", "paymentBehavior"];
/** Stripe can hold only a change of items and trial until it is paid. */
const NEVER_PENDING = ["discounts", "defaultPaymentMethodId", "metadata"];

function refuseAny(change: CheckedChange, names: readonly string[], why: string): void {
  const name = names.find((one) => has(change, one));
  if (name !== undefined) throw new InvalidArgumentError(`${name} ${why}`);
}

function refuseUnlessAny(change: CheckedChange, names: readonly string[], why: string): void {
  if (!names.some((name) => has(change, name))) throw new InvalidArgumentError(why);
}

function has(change: object, name: string): boolean {
  return new Map<string, unknown>(Object.entries(change)).get(name) !== undefined;
}
