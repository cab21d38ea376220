import type { Price, Product, Subscription, SubscriptionChange, SubscriptionItem } from "@repo/billing";

export const MAX_SEATS = 500;

/** A price that the tenant may change to. */
export interface PlanOption {
  readonly product: Product;
  readonly price: Price;
}

/** What a visitor chose, beside what the tenant has. */
export interface PlanChoice {
  readonly subscription: Subscription;
  readonly current: SubscriptionItem;
  readonly options: readonly PlanOption[];
  readonly chosen: PlanOption;
  /** The seats, where the price is for each of them; else 1. */
  readonly quantity: number;
}

export function isUnchanged({ current, chosen, quantity }: PlanChoice): boolean {
  return current.price.id === chosen.price.id && current.quantity === quantity;
}

/** Bills a larger plan at once; a smaller one starts when the period that is paid for ends. */
export function toChange(plan: PlanChoice): SubscriptionChange {
  const { chosen, quantity } = plan;
  const change = { priceId: chosen.price.id, quantity };
  if (isSmaller(plan)) return { ...change, when: "period_end" };
  return { ...change, proration: "always_invoice" };
}

/** A shorter interval is smaller, whatever it costs: the longer one is paid for. */
function isSmaller({ current, chosen, quantity }: PlanChoice): boolean {
  const [before, after] = [daysOf(current.price), daysOf(chosen.price)];
  if (before !== after) return after < before;
  const paid = (current.price.unitAmount ?? 0) * (current.quantity ?? 1);
  return (chosen.price.unitAmount ?? 0) * quantity < paid;
}

const DAYS = { day: 1, week: 7, month: 30, year: 365 } as const;

function daysOf({ recurring }: Price): number {
  return recurring === null ? 0 : DAYS[recurring.interval] * recurring.intervalCount;
}
