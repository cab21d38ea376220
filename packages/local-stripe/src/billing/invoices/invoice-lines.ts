import { newId } from "../../ids.js";
import type { AccountData } from "../../store/account-data.js";
import type {
  DiscountRecord,
  InvoiceLineRecord,
  PriceRecord,
  SubscriptionItemRecord,
  SubscriptionRecord,
} from "../../store/records.js";
import { discounted, itemOf, netOf } from "../discounts/discounting.js";

/** What an item costs for a whole period, in the currency's smallest coin. */
export function itemAmount(price: PriceRecord, quantity: number | undefined): number {
  return Math.round(Number(price.unit_amount_decimal ?? 0) * (quantity ?? 1));
}

/**
 * One line for each item that is billed in advance for its present period. A trial is a line that costs nothing, and what
 * is metered has none until it was used.
 */
export function periodLines(
  account: AccountData,
  subscription: SubscriptionRecord,
  items: readonly SubscriptionItemRecord[],
): readonly InvoiceLineRecord[] {
  return items.flatMap((item) => {
    const price = account.getFromPath("price", item.price);
    if (price.recurring?.usage_type === "metered") return [];
    const isTrial = subscription.status === "trialing";
    const quantity = item.quantity ?? 0;
    return line(account, subscription, item, price, {
      amount: isTrial ? 0 : itemAmount(price, item.quantity),
      description: isTrial
        ? `Trial period for ${productName(account, price)}`
        : quantityText(account, price, quantity),
      proration: false,
      period: { start: item.current_period_start, end: item.current_period_end },
      quantity,
    });
  });
}

/** "3 × Gold (at $20.00 / month)" */
export function quantityText(account: AccountData, price: PriceRecord, quantity: number): string {
  return `${quantity} × ${productName(account, price)} (at ${perPeriod(price)})`;
}

/**
 * Takes back what was paid for the rest of the period, and charges the rest of it anew. Items that begin a period are
 * charged whole, by lines of their own.
 */
export function prorationLines(
  account: AccountData,
  before: SubscriptionRecord,
  after: SubscriptionRecord,
  at: number,
  begun: readonly SubscriptionItemRecord[] = [],
): readonly InvoiceLineRecord[] {
  if (before.status === "trialing") return [];
  const lines: InvoiceLineRecord[] = [];
  for (const item of before.items) {
    const now = after.items.find((one) => one.id === item.id);
    if (isSame(item, now)) continue;
    lines.push(...part(account, before, item, at, -1));
    if (now !== undefined && !begun.includes(now)) lines.push(...part(account, after, now, at, 1));
  }
  const added = after.items.filter((item) => !before.items.some((one) => one.id === item.id));
  for (const item of added) if (!begun.includes(item)) lines.push(...part(account, after, item, at, 1));
  return lines;
}

function isSame(one: SubscriptionItemRecord, other: SubscriptionItemRecord | undefined): boolean {
  return (
    one.price === other?.price &&
    one.quantity === other.quantity &&
    one.current_period_end === other.current_period_end
  );
}

function part(
  account: AccountData,
  subscription: SubscriptionRecord,
  item: SubscriptionItemRecord,
  at: number,
  sign: 1 | -1,
): readonly InvoiceLineRecord[] {
  const price = account.getFromPath("price", item.price);
  if (price.recurring?.usage_type === "metered") return [];
  const { current_period_start: start, current_period_end: end } = item;
  const isItemized = subscription.billing_mode.flexible?.proration_discounts === "itemized";
  const whole = isItemized
    ? itemAmount(price, item.quantity)
    : netAmount(account, subscription, item, sign, at);
  const share = Math.min(1, Math.max(0, (end - at) / (end - start)));
  const amount = sign * Math.round(whole * share);
  const name = productName(account, price);
  const description =
    sign === -1 ? `Unused time on ${name} after ${day(at)}` : `Remaining time on ${name} after ${day(at)}`;
  return [
    line(account, subscription, item, price, {
      amount,
      description,
      discountable: isItemized,
      proration: true,
      period: { start: at, end },
      quantity: item.quantity ?? 0,
    }),
  ];
}

interface LineContent {
  readonly amount: number;
  readonly description: string;
  readonly discountable?: boolean;
  readonly period: { start: number; end: number };
  readonly proration: boolean;
  readonly quantity: number;
}

/**
 * What an item costs for its period with the discounts off: what was paid where it is taken back, and where it is charged
 * what will be paid. What counts once waits for an invoice that is discounted itself.
 */
function netAmount(
  account: AccountData,
  subscription: SubscriptionRecord,
  item: SubscriptionItemRecord,
  sign: 1 | -1,
  at: number,
): number {
  const wasPaid = ({ endedAt }: DiscountRecord) => endedAt === null || endedAt >= item.current_period_start;
  const willBe = ({ end, endedAt, terms }: DiscountRecord) =>
    endedAt === null && !terms.isOnce && (end === null || end > at);
  const lines = periodLines(account, { ...subscription, status: "active" }, subscription.items);
  const { lines: net } = discounted(account, subscription, lines, sign === -1 ? wasPaid : willBe);
  const own = net.find((one) => itemOf(one) === item.id);
  return own === undefined ? 0 : netOf(own);
}

/** A line of an invoice for an item of a subscription. */
export function line(
  account: AccountData,
  subscription: SubscriptionRecord,
  item: SubscriptionItemRecord,
  price: PriceRecord,
  what: LineContent,
): InvoiceLineRecord {
  return {
    id: newId("il"),
    object: "line_item",
    amount: what.amount,
    currency: price.currency,
    description: what.description,
    discount_amounts: [],
    discountable: what.discountable ?? true,
    discounts: item.discounts.filter((id) => account.of("discount").get(id)?.endedAt === null),
    invoice: null,
    livemode: account.livemode,
    metadata: subscription.metadata,
    parent: {
      invoice_item_details: null,
      subscription_item_details: {
        invoice_item: what.proration ? newId("ii") : null,
        proration: what.proration,
        proration_details: { credited_items: null },
        subscription: subscription.id,
        subscription_item: item.id,
      },
      type: "subscription_item_details",
    },
    period: what.period,
    pretax_credit_amounts: [],
    pricing: {
      price_details: { price: price.id, product: price.product },
      type: "price_details",
      unit_amount_decimal: price.unit_amount_decimal,
    },
    quantity: what.quantity,
    quantity_decimal: String(what.quantity),
    subscription: subscription.id,
    subtotal: what.amount,
    taxes: [],
  };
}

function productName(account: AccountData, price: PriceRecord): string {
  return account.of("product").get(price.product)?.name ?? price.product;
}

function perPeriod(price: PriceRecord): string {
  const money = new Intl.NumberFormat("en", { style: "currency", currency: price.currency.toUpperCase() });
  const digits = money.resolvedOptions().maximumFractionDigits ?? 2;
  const count = price.recurring?.interval_count ?? 1;
  const every = count === 1 ? price.recurring?.interval : `every ${count} ${price.recurring?.interval}s`;
  return `${money.format(Number(price.unit_amount_decimal ?? 0) / 10 ** digits)} / ${every}`;
}

function day(unixSeconds: number): string {
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" }).format(
    unixSeconds * 1000,
  );
}
