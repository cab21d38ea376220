import * as z from "zod/mini";
import { InvalidArgumentError, isBillingError, NotFoundError } from "../errors.js";
import { CALL_OPTIONS, checkInput, LIST_OPTIONS, text, WRITE_OPTIONS } from "../input.js";
import type { CallOptions } from "../stripe/deadline.js";
import type { IdempotencyOptions } from "../stripe/idempotency.js";
import { parseObjectId } from "../stripe/object-id.js";
import type { ListOptions, Page } from "../stripe/page.js";
import type { TenantScope } from "../tenancy/tenant-scope.js";
import { toEpochSeconds } from "../views/epoch.js";
import { type Subscription, toSubscription } from "../views/subscription.js";

export interface ListSubscriptionsOptions extends CallOptions, ListOptions {
  /**
   * `"current"` (the default) is all that has not ended; `"all"` is everything; `"ended"` is canceled or never paid for.
   * Every other word is Stripe's status of that name.
   */
  readonly status?: (typeof STATUS_FILTERS)[number];
}

const STATUS_FILTERS = [
  "current",
  "all",
  "ended",
  "active",
  "canceled",
  "incomplete",
  "incomplete_expired",
  "past_due",
  "paused",
  "trialing",
  "unpaid",
] as const;

const listOptions = z.strictObject(
  {
    ...LIST_OPTIONS,
    status: z.optional(z.enum(STATUS_FILTERS, `status must be one of ${STATUS_FILTERS.join(", ")}.`)),
  },
  "The options must be an object.",
);

export async function listCustomerSubscriptions(
  scope: TenantScope,
  customer: string | undefined,
  options: ListSubscriptionsOptions,
): Promise<Page<Subscription>> {
  const customerId = await scope.customerId(customer);
  const { status = "current", limit = 10, after } = checkInput(listOptions, options);
  await scope.proveCustomer(customerId);
  if (after !== undefined) await proveCursor(scope, after);
  const { data, has_more: hasMore } = await scope.list("GET /v1/subscriptions", {
    customer: customerId,
    limit,
    ...(status === "current" ? {} : { status }),
    ...(after === undefined ? {} : { starting_after: after }),
  });
  return Object.freeze({
    data: Object.freeze(data.map((subscription) => view(scope, subscription))),
    hasMore,
    nextCursor: hasMore ? (data.at(-1)?.id ?? null) : null,
  });
}

const callOptions = z.strictObject(CALL_OPTIONS, "The options must be an object.");

export async function getSubscription(
  scope: TenantScope,
  subscription: string,
  options: CallOptions,
): Promise<Subscription> {
  const subscriptionId = parseObjectId("subscription", subscription);
  checkInput(callOptions, options);
  return view(scope, await scope.subscription(subscriptionId));
}

export interface CancelSubscriptionOptions extends CallOptions, IdempotencyOptions {
  /**
   * `"period_end"` (the default) keeps it until what was paid for is used up, `"now"` ends it at once, a `Date` in the
   * future ends it then. The first and last can be taken back until they come.
   */
  readonly when?: "period_end" | "now" | Date;
  /** What the customer said, for the reports in Stripe's Dashboard. */
  readonly feedback?: (typeof FEEDBACK)[number];
  /** In the customer's own words, up to 500 characters. */
  readonly comment?: string;
  /** With `"now"`: credit the unused time to the next invoice. Default: false. */
  readonly prorate?: boolean;
  /** With `"now"`: bill at once what is pending, prorations and metered usage included. Default: false. */
  readonly invoiceNow?: boolean;
}

const FEEDBACK = [
  "customer_service",
  "low_quality",
  "missing_features",
  "other",
  "switched_service",
  "too_complex",
  "too_expensive",
  "unused",
] as const;

const WHEN = 'when must be "period_end", "now" or a Date.';

const cancelOptions = z.strictObject(
  {
    ...WRITE_OPTIONS,
    when: z.optional(z.union([z.literal("period_end"), z.literal("now"), z.date(WHEN)], WHEN)),
    feedback: z.optional(z.enum(FEEDBACK, `feedback must be one of ${FEEDBACK.join(", ")}.`)),
    comment: z.optional(text("comment must be a string of at most 500 characters.", /^.{0,500}$/s)),
    prorate: z.optional(z.boolean("prorate must be true or false.")),
    invoiceNow: z.optional(z.boolean("invoiceNow must be true or false.")),
  },
  "The options must be an object.",
);

export async function cancelSubscription(
  scope: TenantScope,
  subscription: string,
  options: CancelSubscriptionOptions,
): Promise<Subscription> {
  const subscriptionId = parseObjectId("subscription", subscription);
  const cancellation = checkCancellation(options);
  await scope.proveSubscription(subscriptionId);
  try {
    return view(scope, await cancel(scope, subscriptionId, cancellation));
  } catch (error) {
    const ended = await endedAlready(scope, subscriptionId, error);
    if (ended === undefined) throw error;
    return view(scope, ended);
  }
}

function cancel(scope: TenantScope, subscriptionId: string, cancellation: Cancellation) {
  const { when, details, prorate, invoiceNow, idempotencyKey } = cancellation;
  const ids = { subscription: subscriptionId };
  if (when === "now") {
    const billing = { ...(prorate && { prorate }), ...(invoiceNow && { invoice_now: true }) };
    return scope.write("DELETE /v1/subscriptions/{subscription}", ids, { ...billing, ...details });
  }
  const end = when === "period_end" ? { cancel_at_period_end: true } : { cancel_at: toEpochSeconds(when) };
  return scope.write("POST /v1/subscriptions/{subscription}", ids, { ...end, ...details }, idempotencyKey);
}

/** Stripe refuses to cancel what has ended; to the caller, what was asked for is already so. */
async function endedAlready(scope: TenantScope, subscriptionId: string, error: unknown) {
  if (!(error instanceof NotFoundError || error instanceof InvalidArgumentError)) return undefined;
  const subscription = await scope.subscription(subscriptionId);
  return subscription.ended_at === null ? undefined : subscription;
}

type Cancellation = ReturnType<typeof checkCancellation>;

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
    throw new InvalidArgumentError('prorate and invoiceNow are for when: "now" alone.');
  }
  if (when instanceof Date && when.getTime() <= Date.now()) {
    throw new InvalidArgumentError('when must be a Date in the future; use "now" to cancel at once.');
  }
  const said = { ...(feedback && { feedback }), ...(comment && { comment }) };
  const details = Object.keys(said).length === 0 ? {} : { cancellation_details: said };
  return { when, details, prorate, invoiceNow, idempotencyKey };
}

/** A cursor is a subscription of the page before, so it is the tenant's or it is no cursor. */
async function proveCursor(scope: TenantScope, after: string): Promise<void> {
  const cursor = parseObjectId("subscription", after, "after");
  try {
    await scope.proveSubscription(cursor);
  } catch (error) {
    if (!isBillingError(error) || error.code !== "not_found") throw error;
    throw new InvalidArgumentError("after must be the nextCursor of a page of this list.");
  }
}

function view(scope: TenantScope, subscription: Parameters<typeof toSubscription>[0]): Subscription {
  return toSubscription(subscription, scope.withoutReserved(subscription.metadata));
}
