import type Stripe from "stripe";
import * as z from "zod/mini";
import { InvalidArgumentError, NotFoundError } from "../../errors.js";
import { checkInput, onFirstUse, optionsObject, text, writeFields } from "../../input.js";
import { assertFuture } from "../../selling/assert-future.js";
import { Steps } from "../../steps.js";
import { CANCELLATION_REASONS, type CancellationReason } from "../../stripe/cancellation-reasons.js";
import type { CallOptions } from "../../stripe/deadline.js";
import type { IdempotencyOptions } from "../../stripe/idempotency.js";
import { parseObjectId } from "../../stripe/object-id.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { toEpochSeconds } from "../../views/epoch.js";
import { type Subscription, toSubscription } from "../../views/subscription.js";
import { expandedSchedule } from "./prepare-change.js";
import { dropScheduled } from "./schedule.js";

export interface CancelSubscriptionOptions extends CallOptions, IdempotencyOptions {
  /**
   * `"period_end"` (the default) ends it at its `currentPeriodEnd`, `"now"` at once, a `Date` in the future at that
   * time. Until then, `resumeSubscription` takes the cancellation back. With a `Date` within a period, Stripe credits
   * the rest of the period to the customer: https://docs.stripe.com/billing/subscriptions/cancel
   *
   * If items have different intervals, `"period_end"` is when the last of their current periods ends, so that nothing
   * that was paid for is lost. Until then the other items renew.
   */
  readonly when?: "period_end" | "now" | Date | undefined;
  /** The customer's reason, for reports in Stripe's Dashboard. */
  readonly feedback?: CancellationReason | undefined;
  /** The customer's own words, up to 500 characters. */
  readonly comment?: string | undefined;
  /** With `"now"`: credits the unused time to the next invoice. Default: false. */
  readonly prorate?: boolean | undefined;
  /** With `"now"`: bills everything pending at once, prorations and metered usage included. Default: false. */
  readonly invoiceNow?: boolean | undefined;
}

const WHEN = 'when must be "period_end", "now" or a Date.';

const PAST = 'when must be a Date in the future. Use "now" to cancel at once.';

const cancelOptions = onFirstUse(() =>
  optionsObject({
    ...writeFields(),
    when: z.optional(z.union([z.literal("period_end"), z.literal("now"), z.date(WHEN)], WHEN)),
    feedback: z.optional(
      z.enum(CANCELLATION_REASONS, `feedback must be one of ${CANCELLATION_REASONS.join(", ")}.`),
    ),
    comment: z.optional(text("comment must be a string of at most 500 characters.", /^.{0,500}$/s)),
    prorate: z.optional(z.boolean("prorate must be true or false.")),
    invoiceNow: z.optional(z.boolean("invoiceNow must be true or false.")),
  }),
);

export async function cancelSubscription(
  scope: TenantScope,
  subscription: string,
  options: CancelSubscriptionOptions,
): Promise<Subscription> {
  const subscriptionId = parseObjectId("subscription", subscription);
  const checked = checkCancellation(options);
  const endsWithLast = checked.when === "period_end" && (await hasSeveralEnds(scope, subscriptionId));
  // guard: a subscription is proved before it is canceled
  await scope.proveSubscription(subscriptionId);
  const cancellation = { ...checked, endsWithLast };
  await assertFuture(cancellation.when, PAST, () => scope.subscription(subscriptionId));
  try {
    return toSubscription(await cancel(scope, subscriptionId, cancellation), scope);
  } catch (error) {
    if (!(error instanceof NotFoundError || error instanceof InvalidArgumentError)) throw error;
    const before = await scope.subscription(subscriptionId, ["schedule"]);
    // Stripe refuses to cancel an ended subscription. For the caller this is a success.
    if (before.ended_at !== null) return toSubscription(before, scope);
    if (cancellation.when === "now" || expandedSchedule(before) === undefined) throw error;
    // Stripe also refuses to cancel while a schedule governs the subscription, so the schedule goes first.
    const steps = new Steps(cancellation.idempotencyKey);
    await steps.take("the release of the schedule", () => dropScheduled(scope, before, steps.key));
    const keyed = { ...cancellation, idempotencyKey: steps.key };
    const canceled = await steps.take("the cancellation", () =>
      cancel(scope, subscriptionId, keyed, "cancel unscheduled"),
    );
    return toSubscription(canceled, scope);
  }
}

/** Tells if its items' periods end at different times. Stripe's own flag would end it with the first. */
async function hasSeveralEnds(scope: TenantScope, subscriptionId: string): Promise<boolean> {
  const { items } = toSubscription(await scope.subscription(subscriptionId), scope);
  return new Set(items.map((item) => Number(item.currentPeriodEnd))).size > 1;
}

function cancel(scope: TenantScope, subscriptionId: string, cancellation: Cancellation, step = "cancel") {
  const { when, details, prorate, invoiceNow, idempotencyKey, endsWithLast } = cancellation;
  const ids = { subscription: subscriptionId };
  if (when === "now") {
    const billing = { ...(prorate && { prorate }), ...(invoiceNow && { invoice_now: true }) };
    return scope.write("DELETE /v1/subscriptions/{subscription}", ids, { ...billing, ...details });
  }
  const params = { ...toEnd(when, endsWithLast), ...details, expand: ["schedule"] };
  return scope.write("POST /v1/subscriptions/{subscription}", ids, params, idempotencyKey, step);
}

function toEnd(when: Date | "period_end", endsWithLast: boolean): Stripe.SubscriptionUpdateParams {
  if (when !== "period_end") return { cancel_at: toEpochSeconds(when) };
  return endsWithLast ? { cancel_at: "max_period_end" } : { cancel_at_period_end: true };
}

type Cancellation = ReturnType<typeof checkCancellation> & { readonly endsWithLast: boolean };

function checkCancellation(options: CancelSubscriptionOptions) {
  const {
    when = "period_end",
    feedback,
    comment,
    prorate,
    invoiceNow,
    idempotencyKey,
  } = checkInput(cancelOptions, options);
  if (when !== "now" && (prorate !== undefined || invoiceNow !== undefined)) {
    throw new InvalidArgumentError('prorate and invoiceNow can only be given with when: "now".');
  }
  const said = { ...(feedback && { feedback }), ...(comment && { comment }) };
  const details = Object.keys(said).length === 0 ? {} : { cancellation_details: said };
  return { when, details, prorate, invoiceNow, idempotencyKey };
}
