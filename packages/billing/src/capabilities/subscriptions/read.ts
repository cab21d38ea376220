import type Stripe from "stripe";
import * as z from "zod/mini";
import { callOptions, checkInput, listFields, onFirstUse, optionsObject } from "../../input.js";
import { sideBySide } from "../../side-by-side.js";
import type { CallOptions } from "../../stripe/deadline.js";
import { parseObjectId } from "../../stripe/object-id.js";
import { type ListOptions, type Page, toPage } from "../../stripe/page.js";
import { assertCursor, CursorError, listAfter } from "../../stripe/page-cursor.js";
import { isListed, SUBSCRIPTION_FILTERS } from "../../stripe/status-filters.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { type Subscription, toSubscription } from "../../views/subscription.js";

export interface ListSubscriptionsOptions extends CallOptions, ListOptions {
  /**
   * `"current"` (the default) means not ended; `"all"` is everything; `"ended"` is canceled or never paid. Every other
   * value is Stripe's status of that name.
   */
  readonly status?: "current" | (typeof SUBSCRIPTION_FILTERS)[number] | undefined;
}

const STATUS_FILTERS = ["current", ...SUBSCRIPTION_FILTERS] as const;

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
  if (after !== undefined) {
    const cursor = parseObjectId("subscription", after, "after");
    await sideBySide(
      scope.proveCustomer(customerId),
      // guard: a cursor is a subscription of the customer's
      assertCursor(scope.proveCustomersSubscription(customerId, cursor)),
    );
  }
  const list = (filter: { readonly status?: Exclude<StatusFilter, "current"> }) =>
    scope.list("GET /v1/subscriptions", {
      customer: customerId,
      limit,
      expand: ["data.schedule"],
      ...filter,
      ...(after === undefined ? {} : { starting_after: after }),
    });
  const toView = (subscription: Stripe.Subscription) => toSubscription(subscription, scope);
  const isWanted = (subscription: Stripe.Subscription) => matchesFilter(subscription, status);
  try {
    const page = await listAfter(after, list(status === "current" ? {} : { status }));
    return toPage(page, toView, isWanted);
  } catch (error) {
    if (!(error instanceof CursorError) || status === "all") throw error;
    // The cursor has changed its status since, for example to canceled. The unfiltered list still holds it.
    return toPage(await listAfter(after, list({ status: "all" })), toView, isWanted);
  }
}

type StatusFilter = (typeof STATUS_FILTERS)[number];

/** Stripe's unfiltered list leaves out `canceled`, but not `incomplete_expired`. */
function matchesFilter({ status }: Stripe.Subscription, filter: StatusFilter): boolean {
  return filter === "current" ? !isListed(status, "ended") : isListed(status, filter);
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
