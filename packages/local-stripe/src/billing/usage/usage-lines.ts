import type { AccountData } from "../../store/account-data.js";
import type { InvoiceLineRecord } from "../../store/records/invoices.js";
import type { SubscriptionItemRecord, SubscriptionRecord } from "../../store/records/subscriptions.js";
import { cost } from "../catalog/exact-money.js";
import { line, quantityText } from "../invoices/invoice-lines.js";
import { usageIn } from "./usage.js";

/** One line for each metered item, for what was used in its period until then. A trial costs nothing. */
export function usageLines(
  account: AccountData,
  subscription: SubscriptionRecord,
  items: readonly SubscriptionItemRecord[],
  until: number,
): readonly InvoiceLineRecord[] {
  if (subscription.status === "trialing") return [];
  return items.flatMap((item) => {
    const price = account.getFromPath("price", item.price);
    const meter = price.recurring?.meter ?? null;
    if (meter === null) return [];
    const from = Math.max(item.current_period_start, item.meteredFrom ?? 0);
    const used = usageIn(account, { meter, customer: subscription.customer, from, until });
    // Corrections beyond the usage are not paid out.
    const quantity = Math.max(0, used);
    return line(account, subscription, item, price, {
      amount: cost(price, quantity),
      description: quantityText(account, price, quantity),
      period: { start: from, end: until },
      proration: false,
      quantity,
    });
  });
}

/** Lines for the usage that is left to bill when a subscription ends. */
export function lastUsage(
  account: AccountData,
  subscription: SubscriptionRecord,
  at: number,
): readonly InvoiceLineRecord[] {
  return usageLines(account, subscription, subscription.items, at).filter(({ amount }) => amount > 0);
}

/**
 * Lines for the usage of prices that a change removes, or whose period it restarts. In classic mode that usage is lost, as
 * it is at Stripe.
 */
export function usageBefore(
  account: AccountData,
  before: SubscriptionRecord,
  after: SubscriptionRecord,
  at: number,
): readonly InvoiceLineRecord[] {
  if (before.billing_mode.type === "classic") return [];
  const isGoingOn = (item: SubscriptionItemRecord) =>
    after.items.some(
      (one) =>
        one.id === item.id &&
        one.price === item.price &&
        one.current_period_start === item.current_period_start,
    );
  const stopped = before.items.filter((item) => !isGoingOn(item));
  return usageLines(account, before, stopped, at).filter(({ amount }) => amount > 0);
}
