import type { Product, Subscription } from "@repo/billing";
import type { Activity } from "../read-model.js";
import { describeOutlook, formatDate, nameProduct, nameStatus } from "./wording.js";

/** Says what an event changed, compared with what the application knew before it. */
export function describeActivity(
  { before, subscription: after }: Activity,
  products: readonly Product[],
): string {
  if (after.endedAt !== null) return `${namePlans(after, products)} ended`;
  if (before === undefined) return `${namePlans(after, products)} started`;
  return (
    describeItems(before, after, products) ??
    describePlannedEnd(before, after) ??
    describePlannedChange(before, after, products) ??
    describeStatus(before, after) ??
    describePeriod(before, after) ??
    `${namePlans(after, products)}: details updated`
  );
}

function describeItems(
  before: Subscription,
  after: Subscription,
  products: readonly Product[],
): string | undefined {
  const [from, to] = [namePlans(before, products), namePlans(after, products)];
  if (from !== to) return `Changed from ${from} to ${to}`;
  return keyOf(before) === keyOf(after) ? undefined : `${to} changed its price`;
}

function describePlannedEnd(before: Subscription, after: Subscription): string | undefined {
  if (Number(before.cancelsAt) === Number(after.cancelsAt)) return undefined;
  return after.cancelsAt === null ? "Cancellation taken back" : `Cancels on ${formatDate(after.cancelsAt)}`;
}

function describePlannedChange(
  before: Subscription,
  after: Subscription,
  products: readonly Product[],
): string | undefined {
  if (JSON.stringify(before.scheduledChange) === JSON.stringify(after.scheduledChange)) return undefined;
  return after.scheduledChange === null ? "Scheduled change taken back" : describeOutlook(after, products);
}

function describeStatus(before: Subscription, after: Subscription): string | undefined {
  return before.status === after.status ? undefined : `${nameStatus(before)} → ${nameStatus(after)}`;
}

function describePeriod(before: Subscription, after: Subscription): string | undefined {
  const { currentPeriodEnd: end } = after;
  return end === null || Number(before.currentPeriodEnd) === Number(end)
    ? undefined
    : `Renewed until ${formatDate(end)}`;
}

/** Names what is subscribed to, as "Team × 5". */
function namePlans({ items }: Subscription, products: readonly Product[]): string {
  const names = items.map(({ price, quantity }) => {
    const name = nameProduct(price.productId, products);
    return quantity !== null && quantity > 1 ? `${name} × ${quantity}` : name;
  });
  return names.join(" and ");
}

function keyOf({ items }: Subscription): string {
  return items.map(({ price }) => price.id).join();
}
