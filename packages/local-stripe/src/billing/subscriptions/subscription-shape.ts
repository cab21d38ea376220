import { listed } from "../../declare/list.js";
import { planOf } from "../../store/plan.js";
import type { SubscriptionRecord, Wire } from "../../store/records.js";
import type { World } from "../../store/world.js";

/** A subscription as it is shown: with its items and their prices, without what only this server keeps in mind. */
export function renderSubscription(record: SubscriptionRecord, world: World): Wire {
  const { pendingChange, pendingLines: _lines, trialEndAnnounced: _announced, ...rest } = record;
  const { resumesAt: _resumes, upcomingAnnouncedFor: _told, ...subscription } = rest;
  return {
    ...subscription,
    discounts: lasting(record.discounts, world),
    items: listed(`/v1/subscription_items?subscription=${record.id}`, false, shownItems(record, world)),
    pending_update: pendingChange && {
      billing_cycle_anchor: null,
      discounts: null,
      expires_at: pendingChange.expiresAt,
      subscription_items: shownItems(pendingChange.after, world),
      trial_end: null,
      trial_from_plan: null,
    },
  };
}

function shownItems(subscription: SubscriptionRecord, world: World): readonly Wire[] {
  return subscription.items.map(({ meteredFrom: _from, ...item }) => {
    const price = world.inPath("price", item.price);
    return {
      ...item,
      discounts: lasting(item.discounts, world),
      plan: planOf(price),
      price: world.render("price", price),
    };
  });
}

/** A discount that is used up or over is not shown any more, wherever it was. */
function lasting(ids: readonly string[], world: World): readonly string[] {
  return ids.filter((id) => world.of("discount").get(id)?.endedAt === null);
}
