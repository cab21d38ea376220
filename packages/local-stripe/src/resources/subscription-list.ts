import { firstPeriodEnd } from "../billing/catalog/period-ends.js";
import { listRoute } from "../declare/list.js";
import { isWithin, oneOf, range, text, unsupported, type Values } from "../declare/params.js";
import type { Route } from "../declare/route.js";
import type { SubscriptionRecord } from "../store/records/subscriptions.js";

const LIST = {
  collection_method: oneOf("charge_automatically", "send_invoice"),
  created: range(),
  current_period_end: range(),
  current_period_start: range(),
  customer: text(),
  price: text(),
  status: oneOf(
    "active",
    "canceled",
    "incomplete",
    "incomplete_expired",
    "past_due",
    "paused",
    "trialing",
    "unpaid",
    "all",
    "ended",
  ),
  test_clock: text(),
  ...unsupported("plan"),
};

export const listSubscriptions: Route = listRoute(
  "subscription",
  "/v1/subscriptions",
  LIST,
  ({ params }) => ({
    match: {
      ...only("customer", params.customer),
      ...only("price", params.price),
      ...only("test_clock", params.test_clock),
      ...statusMatch(params.status),
    },
    where: (subscription) => isListed(subscription, params),
    // A canceled subscription is not in the default list, so it is no cursor for it.
    isCursor: ({ status }) => status !== "canceled" || lists(params.status, "canceled"),
  }),
);

function isListed(subscription: SubscriptionRecord, params: Values<typeof LIST>): boolean {
  const { collection_method: method, created, current_period_end: end, current_period_start: start } = params;
  // An object on a test clock is listed only for its clock or its customer.
  const { customer, test_clock: testClock } = params;
  return (
    (customer !== undefined || testClock !== undefined || subscription.test_clock === null) &&
    (method === undefined || subscription.collection_method === method) &&
    (created === undefined || isWithin(created, subscription.created)) &&
    (end === undefined || isWithin(end, firstPeriodEnd(subscription))) &&
    (start === undefined || isWithin(start, lastPeriodStart(subscription)))
  );
}

function statusMatch(status: Values<typeof LIST>["status"]): Record<string, string> {
  if (status === "all") return {};
  // By default a list holds what expired unpaid, and leaves out only what was canceled.
  if (status === undefined) return { canceled: "false" };
  return status === "ended" ? { ended: "true" } : { status };
}

function lists(asked: Values<typeof LIST>["status"], status: "canceled"): boolean {
  return asked === status || asked === "all" || asked === "ended";
}

function only(name: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [name]: value };
}

function lastPeriodStart(subscription: SubscriptionRecord): number {
  return Math.max(...subscription.items.map((item) => item.current_period_start));
}
