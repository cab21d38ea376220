import { listed } from "../../declare/list.js";
import type { AccountData } from "../../store/account-data.js";
import { toPlan } from "../../store/plan.js";
import type { SubscriptionRecord } from "../../store/records/subscriptions.js";
import type { Wire } from "../../store/wire.js";

/** Renders a subscription with its items and their prices, and without this server's own fields. */
export function renderSubscription(record: SubscriptionRecord, account: AccountData): Wire {
  const { pendingChange, pendingLines: _lines, trialEndAnnounced: _announced, ...rest } = record;
  const {
    freeUntil: _free,
    isCredited: _credited,
    resumesAt: _resumes,
    upcomingAnnouncedFor: _told,
    ...subscription
  } = rest;
  const changes = pendingChange?.changes ?? {};
  return {
    ...subscription,
    discounts: lasting(record.discounts, account),
    items: listed(
      `/v1/subscription_items?subscription=${record.id}`,
      false,
      shownItems(record.items, account),
    ),
    pending_update: pendingChange && {
      billing_cycle_anchor: changes.billing_cycle_anchor ?? null,
      cancel_at_period_end: changes.cancel_at_period_end ?? null,
      discount: null,
      discounts: changes.discounts ?? null,
      expires_at: pendingChange.expiresAt,
      metadata: changes.metadata ?? null,
      subscription_items: shownItems(changes.items ?? record.items, account),
      trial_end: changes.trial_end ?? null,
      trial_from_plan: null,
    },
  };
}

function shownItems(items: SubscriptionRecord["items"], account: AccountData): readonly Wire[] {
  return items.map(({ fullPeriodStart: _full, meteredFrom: _from, paidUntil: _until, ...item }) => {
    const price = account.getFromPath("price", item.price);
    return {
      ...item,
      discounts: lasting(item.discounts, account),
      plan: toPlan(price),
      price: account.render("price", price),
    };
  });
}

/** Leaves out discounts that have ended or are used up. */
function lasting(ids: readonly string[], account: AccountData): readonly string[] {
  return ids.filter((id) => account.of("discount").get(id)?.endedAt === null);
}
