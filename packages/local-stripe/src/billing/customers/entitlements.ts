import { newId } from "../../ids.js";
import type { Act } from "../../store/act.js";
import { previousAttributes } from "../../store/previous-attributes.js";
import type {
  ActiveEntitlementRecord,
  EntitlementSummaryRecord,
  Grant,
  SubscriptionRecord,
} from "../../store/records.js";
import type { World } from "../../store/world.js";

const SUMMARY = "entitlements.active_entitlement_summary";
const ENTITLEMENT = "entitlements.active_entitlement";

/** A subscription that is paused keeps what it entitles to; one that never began, or is not paid for any more, does not. */
const ENTITLING: ReadonlySet<string> = new Set(["active", "past_due", "paused", "trialing"]);

/** Brings what a customer is entitled to in line with one of its subscriptions, and tells of it where it changed. */
export function entitle(act: Act, subscription: SubscriptionRecord): void {
  const { world } = act;
  const before = world.of(SUMMARY).get(subscription.customer) ?? newSummary(act, subscription.customer);
  const others = before.grants.filter((grant) => grant.subscription !== subscription.id);
  const grants = [...others, ...grantsOf(world, subscription, before.grants)];
  const was = world.render(SUMMARY, before);
  const after = act.change(SUMMARY, before.id, { grants });
  hold(act, subscription.customer, new Set(grants.flatMap((grant) => grant.features)));
  const is = world.render(SUMMARY, after);
  const previous = previousAttributes(was, is);
  if (Object.keys(previous).length > 0) act.emit(`${SUMMARY}.updated`, is, previous);
}

/** Features that are attached to a product, or taken from it, count from the next period on. */
function grantsOf(
  world: World,
  subscription: SubscriptionRecord,
  before: readonly Grant[],
): readonly Grant[] {
  if (!ENTITLING.has(subscription.status)) return [];
  return subscription.items.map((item) => {
    const { product } = world.inPath("price", item.price);
    const kept = before.find(
      (grant) =>
        grant.subscription === subscription.id &&
        grant.item === item.id &&
        grant.product === product &&
        grant.periodStart === item.current_period_start,
    );
    return (
      kept ?? {
        subscription: subscription.id,
        item: item.id,
        product,
        periodStart: item.current_period_start,
        features: world
          .of("product_feature")
          .all({ product })
          .map((attached) => attached.entitlement_feature),
      }
    );
  });
}

/** An entitlement lasts, under one id, for as long as anything entitles to its feature. */
function hold(act: Act, customer: string, features: ReadonlySet<string>): void {
  const { world } = act;
  const held = world.of(ENTITLEMENT).all({ customer });
  for (const one of held) if (!features.has(one.feature)) act.remove(ENTITLEMENT, one.id);
  const present = new Set(held.map((one) => one.feature));
  for (const feature of features)
    if (!present.has(feature)) act.insert(ENTITLEMENT, entitlement(act, customer, feature));
}

function entitlement(act: Act, customer: string, feature: string): ActiveEntitlementRecord {
  const { lookup_key, livemode } = act.world.inPath("entitlements.feature", feature);
  const id = newId(livemode ? "ent" : "ent_test");
  return { id, object: ENTITLEMENT, created: act.now, customer, feature, livemode, lookup_key };
}

function newSummary(act: Act, customer: string): EntitlementSummaryRecord {
  return act.insert(SUMMARY, {
    id: customer,
    object: SUMMARY,
    created: act.now,
    customer,
    grants: [],
    livemode: act.world.livemode,
  });
}
