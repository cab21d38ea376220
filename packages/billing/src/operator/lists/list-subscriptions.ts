import * as z from "zod/mini";
import { checkInput, listFields, onFirstUse, optionsObject } from "../../input.js";
import type { CallOptions } from "../../stripe/deadline.js";
import { parseObjectId } from "../../stripe/object-id.js";
import type { ListOptions, Page } from "../../stripe/page.js";
import { SUBSCRIPTION_FILTERS } from "../../stripe/status-filters.js";
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
    ...(status === undefined ? {} : { status }),
    ...(priceId === undefined ? {} : { price: parseObjectId("price", priceId) }),
    expand: ["data.customer", "data.schedule"],
  };
  const page = await readPage(scope, "GET /v1/subscriptions", params);
  return toOwnedPage(
    scope,
    page,
    ({ customer }) => customer,
    (subscription) => toSubscription(subscription, scope),
  );
}
