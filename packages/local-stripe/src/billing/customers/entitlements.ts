import { newId } from "../../ids.js";
import type { AccountData, Transaction } from "../../store/account-data.js";
import { previousAttributes } from "../../store/previous-attributes.js";
import type {
  ActiveEntitlementRecord,
  EntitlementSummaryRecord,
  Grant,
} from "../../store/records/entitlements.js";
import type { SubscriptionRecord } from "../../store/records/subscriptions.js";

const SUMMARY = "entitlements.active_entitlement_summary";
const ENTITLEMENT = "entitlements.active_entitlement";

/** The statuses that give entitlements: also while paused, but not before the first payment or when unpaid. */
const ENTITLING: ReadonlySet<string> = new Set(["active", "past_due", "paused", "trialing"]);

/** Updates a customer's entitlements after a change of one of its subscriptions, and emits an event if they differ. */
export function entitle(tx: Transaction, subscription: SubscriptionRecord): void {
  const { account } = tx;
  const before = account.of(SUMMARY).get(subscription.customer) ?? newSummary(tx, subscription.customer);
  const others = before.grants.filter((grant) => grant.subscription !== subscription.id);
  const grants = [...others, ...findGrants(account, subscription, before.grants)];
  const was = account.render(SUMMARY, before);
  const after = tx.change(SUMMARY, before.id, { grants });
  hold(tx, subscription.customer, new Set(grants.flatMap((grant) => grant.features)));
  const is = account.render(SUMMARY, after);
  const previous = previousAttributes(was, is);
  if (Object.keys(previous).length > 0) tx.emit(`${SUMMARY}.updated`, is, previous);
}

/** Features that are attached to a product, or taken from it, count from the next period on. */
function findGrants(
  account: AccountData,
  subscription: SubscriptionRecord,
  before: readonly Grant[],
): readonly Grant[] {
  if (!ENTITLING.has(subscription.status)) return [];
  return subscription.items.map((item) => {
    const { product } = account.getFromPath("price", item.price);
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
        features: account
          .of("product_feature")
          .all({ product })
          .map((attached) => attached.entitlement_feature),
      }
    );
  });
}

/** An entitlement keeps its id for as long as any subscription gives access to its feature. */
function hold(tx: Transaction, customer: string, features: ReadonlySet<string>): void {
  const { account } = tx;
  const held = account.of(ENTITLEMENT).all({ customer });
  for (const one of held) if (!features.has(one.feature)) tx.remove(ENTITLEMENT, one.id);
  const present = new Set(held.map((one) => one.feature));
  for (const feature of features)
    if (!present.has(feature)) tx.insert(ENTITLEMENT, entitlement(tx, customer, feature));
}

function entitlement(tx: Transaction, customer: string, feature: string): ActiveEntitlementRecord {
  const { lookup_key, livemode } = tx.account.getFromPath("entitlements.feature", feature);
  const id = newId(livemode ? "ent" : "ent_test");
  return { id, object: ENTITLEMENT, created: tx.now, customer, feature, livemode, lookup_key };
}

function newSummary(tx: Transaction, customer: string): EntitlementSummaryRecord {
  return tx.insert(SUMMARY, {
    id: customer,
    object: SUMMARY,
    created: tx.now,
    customer,
    grants: [],
    livemode: tx.account.livemode,
  });
}
