import type Stripe from "stripe";
import { ConflictError } from "../../errors.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { futurePhases } from "../../views/scheduled-change.js";
import { failure, ok, type PortalCheck } from "./check.js";
import { lookForConfiguration } from "./check-configuration.js";
import { checkFlow, type PortalFlow } from "./flow.js";
import { assertFlowOffered } from "./flow-demands.js";
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

/**
 * One request where the flow names a subscription.
 *
 * @throws ConflictError when the subscription of a proved flow is in no state for it, such as after its end.
 */
export async function assertFlowPossible(scope: TenantScope, flow: PortalFlow | undefined): Promise<void> {
  const [trouble] = flow === undefined ? [] : await troublesOf(scope, flow);
  if (trouble !== undefined) throw new ConflictError(`${trouble.fact} ${trouble.advice}`);
}

/**
 * Looks for what made Stripe refuse a proved flow. One or two requests.
 *
 * @throws ConflictError as {@link assertFlowPossible}.
 * @throws PortalNotConfiguredError | InvalidArgumentError when the configuration does not offer it.
 */
export async function explainRefusedFlow(
  scope: TenantScope,
  flow: PortalFlow | undefined,
  portal: TenantPortal,
): Promise<undefined> {
  await assertFlowPossible(scope, flow);
  // A specification was judged before anything was sent.
  if (flow?.type !== "subscription_update_confirm" || typeof portal.configuration === "object") return;
  const { features, offers = [] } = await lookForConfiguration(scope, portal);
  if (features !== undefined) assertFlowOffered({ features: { ...features }, offers }, flow);
}

async function troublesOf(scope: TenantScope, flow: PortalFlow): Promise<readonly PortalCheck[]> {
  const subscriptionId = subscriptionIn(flow);
  return subscriptionId === undefined
    ? []
    : findTroubles(await scope.subscription(subscriptionId, ["schedule"]), flow.type);
}

function subscriptionIn(flow: PortalFlow): string | undefined {
  return "subscriptionId" in flow ? flow.subscriptionId : undefined;
}

/** See https://docs.stripe.com/customer-management#customer-portal-limitations */
function findTroubles(subscription: Stripe.Subscription, type: PortalFlow["type"]): PortalCheck[] {
  if (subscription.ended_at !== null) {
    return [
      failure(
        "flow",
        `${subscription.id} has ended.`,
        "Name a subscription that has not ended, or sell a new one.",
      ),
    ];
  }
  if (type === "subscription_cancel") return obstaclesToCancel(subscription);
  return type === "subscription_pause" ? obstaclesToPause(subscription) : obstaclesToChange(subscription);
}

function obstaclesToCancel(subscription: Stripe.Subscription): PortalCheck[] {
  const { id, cancel_at, cancel_at_period_end } = subscription;
  if (cancel_at !== null || cancel_at_period_end) {
    return [
      failure(
        "flow",
        `${id} is already scheduled to be canceled.`,
        "Open the portal without a flow: its front page lets the customer take the cancellation back.",
      ),
    ];
  }
  return hasScheduledChange(subscription)
    ? [scheduled(id, "Drop the change with updateSubscription, or cancel with cancelSubscription instead.")]
    : [];
}

function obstaclesToPause({ id, billing_mode: mode, schedule, status }: Stripe.Subscription): PortalCheck[] {
  const advice = "Pause its collection with pauseSubscription instead.";
  if (mode?.type === "classic") {
    return [
      failure("flow", `${id} has classic billing, and Stripe can pause only flexible billing.`, advice),
    ];
  }
  if (schedule !== null) {
    return [
      failure("flow", `${id} has a schedule, and Stripe cannot pause what a schedule governs.`, advice),
    ];
  }
  if (CHANGEABLE.has(status)) return [];
  return [failure("flow", `${id} is ${status}, so it cannot be paused.`, "Name a subscription that runs.")];
}

function obstaclesToChange(subscription: Stripe.Subscription): PortalCheck[] {
  const { id, items, status } = subscription;
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
    ...(CHANGEABLE.has(status) ? [] : [failure("flow", `${id} is ${status}, ${only}`, advice)]),
    ...(hasScheduledChange(subscription)
      ? [scheduled(id, "Drop the change with updateSubscription, or wait until it is made.")]
      : []),
  ];
}

const CHANGEABLE: ReadonlySet<string> = new Set(["active", "trialing", "past_due"]);

function hasScheduledChange({ schedule }: Stripe.Subscription): boolean {
  return typeof schedule === "object" && schedule !== null && futurePhases(schedule).length > 0;
}

function scheduled(id: string, advice: string): PortalCheck {
  return failure(
    "flow",
    `A change of ${id} is scheduled: until it is made, customers cannot change or cancel it in the portal.`,
    advice,
  );
}
