import * as z from "zod/mini";
import { callOptions, checkInput, listFields, onFirstUse, optionsObject } from "../../input.js";
import type { CallOptions } from "../../stripe/deadline.js";
import { parseObjectId } from "../../stripe/object-id.js";
import { type ListOptions, type Page, toPage } from "../../stripe/page.js";
import { assertCursor } from "../../stripe/page-cursor.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { type Subscription, toSubscription } from "../../views/subscription.js";

export interface ListSubscriptionsOptions extends CallOptions, ListOptions {
  /**
   * `"current"` (the default) is all that has not ended; `"all"` is everything; `"ended"` is canceled or never paid for.
   * Every other word is Stripe's status of that name.
   */
  readonly status?: (typeof STATUS_FILTERS)[number] | undefined;
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

const listOptions = onFirstUse(() =>
  optionsObject({
    ...listFields(),
    status: z.optional(z.enum(STATUS_FILTERS, `status must be one of ${STATUS_FILTERS.join(", ")}.`)),
  }),
);

export async function listCustomerSubscriptions(
  scope: TenantScope,
  customer: string | undefined,
  options: ListSubscriptionsOptions,
): Promise<Page<Subscription>> {
  const customerId = await scope.customerId(customer);
  const { status = "current", limit = 10, after } = checkInput(listOptions, options);
  // guard: subscriptions are listed for a proved customer
  await scope.proveCustomer(customerId);
  if (after !== undefined) {
    const cursor = parseObjectId("subscription", after, "after");
    // guard: a cursor is a subscription of the tenant's
    await assertCursor(scope.proveSubscription(cursor));
  }
  const page = await scope.list("GET /v1/subscriptions", {
    customer: customerId,
    limit,
    expand: ["data.schedule"],
    ...(status === "current" ? {} : { status }),
    ...(after === undefined ? {} : { starting_after: after }),
  });
  return toPage(page, (subscription) => toSubscription(subscription, scope));
}

export async function getSubscription(
  scope: TenantScope,
  subscription: string,
  options: CallOptions,
): Promise<Subscription> {
  const subscriptionId = parseObjectId("subscription", subscription);
  checkInput(callOptions, options);
  return toSubscription(await scope.subscription(subscriptionId, ["schedule"], { onlyReads: true }), scope);
}
