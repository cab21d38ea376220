import * as z from "zod/mini";
import { checkInput, listFields, onFirstUse, optionsObject } from "../../input.js";
import type { CallOptions } from "../../stripe/deadline.js";
import { parseObjectId } from "../../stripe/object-id.js";
import type { ListOptions, Page } from "../../stripe/page.js";
import { CursorError } from "../../stripe/page-cursor.js";
import { isListed, SUBSCRIPTION_FILTERS } from "../../stripe/status-filters.js";
import type { OperatorScope } from "../../tenancy/scope/operator-scope.js";
import { type Subscription, toSubscription } from "../../views/subscription.js";
import { readPage } from "../each-page.js";
import type { Owned } from "../owned.js";
import { type CreatedOptions, createdFields, toCreatedParam, toPagingParams } from "./list-fields.js";
import { toOwnedPage } from "./owned-page.js";

export interface ListAllSubscriptionsOptions extends CallOptions, ListOptions, CreatedOptions {
  /** One of Stripe's statuses, or `"ended"` for canceled or never paid ones. Default: all that are not canceled. */
  readonly status?: (typeof SUBSCRIPTION_FILTERS)[number] | undefined;
  /** Lists only subscriptions to this price. */
  readonly priceId?: string | undefined;
}

const listOptions = onFirstUse(() =>
  optionsObject({
    ...listFields(),
    ...createdFields(),
    status: z.optional(
      z.enum(SUBSCRIPTION_FILTERS, `status must be one of ${SUBSCRIPTION_FILTERS.join(", ")}.`),
    ),
    priceId: z.optional(z.unknown()),
  }),
);

export async function listSubscriptions(
  scope: OperatorScope,
  options: ListAllSubscriptionsOptions,
): Promise<Page<Owned<Subscription>>> {
  const { status, priceId, ...given } = checkInput(listOptions, options);
  if (given.after !== undefined) parseObjectId("subscription", given.after, "after");
  const params = {
    ...toPagingParams(given),
    ...toCreatedParam(given),
    ...(priceId === undefined ? {} : { price: parseObjectId("price", priceId) }),
    expand: ["data.customer", "data.schedule"],
  };
  const list = async (filter: { readonly status?: NonNullable<typeof status> }) =>
    toOwnedPage(
      scope,
      await readPage(scope, "GET /v1/subscriptions", { ...params, ...filter }),
      ({ customer }) => customer,
      (subscription) => toSubscription(subscription, scope),
      (subscription) => isListed(subscription.status, status),
    );
  try {
    return await list(status === undefined ? {} : { status });
  } catch (error) {
    if (!(error instanceof CursorError) || status === "all") throw error;
    // The cursor has changed its status since, for example to canceled. The unfiltered list still holds it.
    return list({ status: "all" });
  }
}
