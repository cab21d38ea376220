import type Stripe from "stripe";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { failure, ok, type PortalCheck, warning } from "./check.js";
import { checkFlow, type PortalFlow } from "./flow.js";
import type { TenantPortal } from "./settings.js";

/** @throws BillingError as opening a session at the flow would. */
export async function lookAtFlow(
  scope: TenantScope,
  customerId: string,
  given: unknown,
  { policy }: TenantPortal,
): Promise<readonly PortalCheck[]> {
  const flow = await checkFlow(given, policy)(scope, customerId);
  const type = flow.type as PortalFlow["type"]; // it passed the check of the flow's form
  const subscriptionId = subscriptionIn(given as PortalFlow); // so did this
  const troubles =
    subscriptionId === undefined ? [] : findTroubles(await scope.subscription(subscriptionId), type);
  return troubles.length > 0
    ? troubles
    : [ok("flow", `${type} can be done: all that it names is this customer's.`)];
}

function subscriptionIn(flow: PortalFlow): string | undefined {
  return "subscriptionId" in flow ? flow.subscriptionId : undefined;
}

/** See https://docs.stripe.com/customer-management#customer-portal-limitations */
function findTroubles(subscription: Stripe.Subscription, type: PortalFlow["type"]): PortalCheck[] {
  const { id, items, schedule } = subscription;
  if (subscription.ended_at !== null) {
    return [failure("flow", `${id} has ended.`, "Name a subscription that has not, or sell a new one.")];
  }
  const isScheduledToEnd = subscription.cancel_at !== null || subscription.cancel_at_period_end;
  if (type === "subscription_cancel" && isScheduledToEnd) {
    return [
      failure(
        "flow",
        `${id} is to be canceled already.`,
        "Open the portal without a flow: its front page lets the customer take the cancellation back.",
      ),
    ];
  }
  if (type !== "subscription_update" && type !== "subscription_update_confirm") return [];
  const only = "so that Stripe's portal lets customers cancel it and nothing else.";
  const advice = "Change it by updateSubscription instead.";
  return [
    ...(items.data.length > 1 ? [failure("flow", `${id} has several items, ${only}`, advice)] : []),
    ...(subscription.collection_method === "send_invoice"
      ? [failure("flow", `${id} is paid by invoice, ${only}`, advice)]
      : []),
    ...(items.data.some(({ price }) => price.recurring?.usage_type === "metered")
      ? [failure("flow", `${id} is metered, ${only}`, advice)]
      : []),
    ...(schedule === null
      ? []
      : [
          warning(
            "flow",
            `${id} has a schedule, and while a change of it is due the portal lets customers change nothing.`,
            "Release the schedule, or wait until it has ended.",
          ),
        ]),
  ];
}
