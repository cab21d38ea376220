import type Stripe from "stripe";
import { ConflictError } from "../../errors.js";
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
  const { type } = await checkFlow(given, policy)(scope, customerId);
  const troubles = await troublesOf(scope, given as PortalFlow); // it passed the check of its form
  return troubles.length > 0
    ? troubles
    : [ok("flow", `${type} is possible: everything it names is this customer's.`)];
}

/** @throws ConflictError when the subscription of a proved flow is in no state for it, such as after its end. */
export async function assertFlowPossible(
  scope: TenantScope,
  flow: PortalFlow | undefined,
): Promise<undefined> {
  if (flow === undefined) return;
  const trouble = (await troublesOf(scope, flow)).find(({ status }) => status === "failure");
  if (trouble !== undefined) throw new ConflictError(`${trouble.fact} ${trouble.advice}`);
}

async function troublesOf(scope: TenantScope, flow: PortalFlow): Promise<readonly PortalCheck[]> {
  const subscriptionId = subscriptionIn(flow);
  return subscriptionId === undefined
    ? []
    : findTroubles(await scope.subscription(subscriptionId), flow.type);
}

function subscriptionIn(flow: PortalFlow): string | undefined {
  return "subscriptionId" in flow ? flow.subscriptionId : undefined;
}

/** See https://docs.stripe.com/customer-management#customer-portal-limitations */
function findTroubles(subscription: Stripe.Subscription, type: PortalFlow["type"]): PortalCheck[] {
  const { id, items, schedule } = subscription;
  if (subscription.ended_at !== null) {
    return [
      failure("flow", `${id} has ended.`, "Name a subscription that has not ended, or sell a new one."),
    ];
  }
  const isScheduledToEnd = subscription.cancel_at !== null || subscription.cancel_at_period_end;
  if (type === "subscription_cancel" && isScheduledToEnd) {
    return [
      failure(
        "flow",
        `${id} is already scheduled to be canceled.`,
        "Open the portal without a flow: its front page lets the customer take the cancellation back.",
      ),
    ];
  }
  if (type !== "subscription_update" && type !== "subscription_update_confirm") return [];
  const only = "so customers can only cancel it in Stripe's portal.";
  const advice = "Change it with updateSubscription instead.";
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
            `${id} has a schedule: until its changes are made, customers cannot change it in the portal.`,
            "Drop the schedule, or wait until it has ended.",
          ),
        ]),
  ];
}
