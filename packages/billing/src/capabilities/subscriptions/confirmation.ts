import { isMetered } from "../../selling/prove-prices.js";
import type { SubscriptionChange } from "./change.js";
import { quantityFor, type SubscriptionItemChange } from "./items.js";
import type { PreparedChange } from "./prepare-change.js";

/**
 * A previewed change in full: each item with its id and quantity. Made within the current period, it costs what the
 * preview showed. If it fails, or the subscription was changed otherwise meanwhile, preview again.
 */
export interface SubscriptionConfirmation extends SubscriptionChange {
  readonly idempotencyKey: string;
}

export function toConfirmation(
  { change, items, prices }: PreparedChange,
  prorationDate: Date | undefined,
): SubscriptionConfirmation {
  const {
    priceId: _,
    quantity: _quantity,
    items: _items,
    idempotencyKey = crypto.randomUUID(),
    ...rest
  } = change;
  const metered = (priceId: string) => isMetered(prices, priceId);
  const outright = items.map((one): SubscriptionItemChange => {
    if (one.does === "remove") return { remove: one.item.id };
    if (one.does === "add") return { add: one.priceId, ...quantityFor(one, 1, metered) };
    const priceId = one.priceId ?? one.item.price.id;
    return { change: one.item.id, priceId, ...quantityFor(one, one.item.quantity, metered) };
  });
  return freezeDeeply({
    ...omitUndefined(rest),
    ...(outright.length > 0 && { items: outright }),
    ...(prorationDate && { prorationDate }),
    idempotencyKey,
  });
}

function omitUndefined<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> }; // the same keys, fewer of them
}

function freezeDeeply<T>(value: T): T {
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  for (const part of Object.values(value)) freezeDeeply(part);
  return Object.freeze(value);
}
