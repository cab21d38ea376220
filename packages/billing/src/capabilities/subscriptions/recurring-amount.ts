import type Stripe from "stripe";
import { toInvoiceLine } from "../../views/invoice-line.js";
import type { PreparedChange } from "./prepare-change.js";
import type { Preview } from "./preview-invoices.js";

/**
 * Returns the total of every invoice to come, given the preview of a recurring one with all its lines. Null if one of the
 * changed subscription's items is not billed with it for a full period: then the items renew at different times, and Stripe
 * makes separate invoices.
 *
 * See https://docs.stripe.com/billing/subscriptions/mixed-interval
 */
export function recurringAmount(plan: PreparedChange, recurring: Preview | undefined): number | null {
  if (recurring === undefined) return 0;
  if (!haveOneInterval(plan)) return null;
  const lines = recurring.lines.data.map(toInvoiceLine).filter(({ proration }) => !proration);
  const billed = new Set(lines.map(({ priceId }) => priceId));
  return licensedPrices(plan).every(({ id }) => billed.has(id)) ? recurring.total : null;
}

/** Tells if all items of the changed subscription have the same interval. Usage is not previewed and doesn't count. */
export function haveOneInterval(plan: PreparedChange): boolean {
  return new Set(licensedPrices(plan).map(intervalOf)).size <= 1;
}

/** Tells if an item gets another interval, or one is added, which begins a period of its own. */
export function hasNewInterval({ items, prices }: PreparedChange): boolean {
  return items.some((one) => {
    if (one.does !== "change") return one.does === "add";
    const { price: present } = one.item;
    return intervalOf(prices.get(one.priceId ?? present.id) ?? present) !== intervalOf(present);
  });
}

function intervalOf({ recurring }: Stripe.Price): string {
  return `${recurring?.interval_count} ${recurring?.interval}`;
}

/** Lists the prices of the changed subscription, without those of usage. No two items have the same one. */
function licensedPrices({ before, items, prices }: PreparedChange): Stripe.Price[] {
  const replaced = new Set(
    items.flatMap((one) => {
      const isReplaced = one.does === "remove" || (one.does === "change" && one.priceId !== undefined);
      return isReplaced ? one.item.id : [];
    }),
  );
  const kept = before.items.data.filter(({ id }) => !replaced.has(id)).map(({ price }) => price);
  return [...kept, ...prices.values()].filter(({ recurring }) => recurring?.usage_type !== "metered");
}
