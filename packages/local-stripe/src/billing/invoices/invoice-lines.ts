import { newId } from "../../ids.js";
import type { AccountData } from "../../store/account-data.js";
import type { PriceRecord } from "../../store/records/catalog.js";
import type { DiscountRecord } from "../../store/records/discounts.js";
import type { InvoiceLineRecord } from "../../store/records/invoices.js";
import type { SubscriptionItemRecord, SubscriptionRecord } from "../../store/records/subscriptions.js";
import { formatMoney } from "../catalog/currency.js";
import { cost, prorate, type Share } from "../catalog/exact-money.js";
import { isMetered } from "../catalog/metered.js";
import { billedItem, discounted, discountedAmount } from "../discounts/discounting.js";

/**
 * One line for each item that is billed in advance for its present period: a trial's costs nothing, and a metered item has
 * none until it was used. A period that the anchor cuts short is prorated, or free and without a line.
 */
export function periodLines(
  account: AccountData,
  subscription: SubscriptionRecord,
  items: readonly SubscriptionItemRecord[],
): readonly InvoiceLineRecord[] {
  return items.flatMap((item) => {
    const price = account.getFromPath("price", item.price);
    if (isMetered(price)) return [];
    const isTrial = subscription.status === "trialing";
    if (!isTrial && isFree(subscription, item)) return [];
    const beginsLate = !isTrial && item.fullPeriodStart !== undefined;
    const endsEarly = !isTrial && item.paidUntil !== undefined;
    const { current_period_start: start } = item;
    const quantity = item.quantity ?? 0;
    return line(account, subscription, item, price, {
      amount: isTrial ? 0 : cost(price, item.quantity, remainder(item, start)),
      description: isTrial
        ? `Trial period for ${productName(account, price)}`
        : beginsLate
          ? remainingText(account, price, start)
          : quantityText(account, price, quantity),
      proration: beginsLate || endsEarly,
      period: { start, end: isTrial ? item.current_period_end : paidEnd(item) },
      quantity,
    });
  });
}

/** Whether an item's period is before a future anchor that was asked for without proration. */
function isFree({ freeUntil }: SubscriptionRecord, item: SubscriptionItemRecord): boolean {
  return freeUntil !== null && item.current_period_end <= freeUntil;
}

/** The part of an item's full period that is left, and paid for, at a moment. */
function remainder(item: SubscriptionItemRecord, at: number): Share {
  const { current_period_start: start, current_period_end: end, fullPeriodStart = start } = item;
  const paid = paidEnd(item);
  return { part: Math.min(paid - start, Math.max(0, paid - at)), whole: end - fullPeriodStart };
}

function paidEnd({ current_period_end: end, paidUntil = end }: SubscriptionItemRecord): number {
  return paidUntil;
}

/** "3 × Gold (at $20.00 / month)" */
export function quantityText(account: AccountData, price: PriceRecord, quantity: number): string {
  return `${quantity} × ${productName(account, price)} (at ${perPeriod(price)})`;
}

/**
 * Takes back what was paid for the rest of the period, and charges the rest of it anew. Items that begin a period are
 * charged by lines of their own, and a trial that begins is not charged.
 */
export function prorationLines(
  account: AccountData,
  before: SubscriptionRecord,
  after: SubscriptionRecord,
  at: number,
  begun: readonly SubscriptionItemRecord[] = [],
): readonly InvoiceLineRecord[] {
  if (before.status === "trialing") return [];
  const isCharged = (item: SubscriptionItemRecord) => after.status !== "trialing" && !begun.includes(item);
  const lines: InvoiceLineRecord[] = [];
  for (const item of before.items) {
    const now = after.items.find((one) => one.id === item.id);
    if (isSame(item, now)) {
      if (isCharged(item)) lines.push(...movedEnd(account, before, after, [item, now]));
      continue;
    }
    lines.push(...part(account, before, item, at, -1));
    if (now !== undefined && isCharged(now)) lines.push(...part(account, after, now, at, 1));
  }
  const added = after.items.filter((item) => !before.items.some((one) => one.id === item.id));
  for (const item of added) if (isCharged(item)) lines.push(...part(account, after, item, at, 1));
  return lines;
}

/** Credits the time that a scheduled end takes from a period, or charges the time that it gives back. */
function movedEnd(
  account: AccountData,
  before: SubscriptionRecord,
  after: SubscriptionRecord,
  [old, item]: readonly [SubscriptionItemRecord, SubscriptionItemRecord],
): readonly InvoiceLineRecord[] {
  const [from, to] = [paidEnd(old), paidEnd(item)];
  if (from === to) return [];
  return to < from ? part(account, before, old, to, -1) : part(account, after, item, from, 1);
}

function isSame(
  one: SubscriptionItemRecord,
  other: SubscriptionItemRecord | undefined,
): other is SubscriptionItemRecord {
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
  if (isMetered(price) || isFree(subscription, item)) return [];
  const isItemized = subscription.billing_mode.flexible?.proration_discounts === "itemized";
  const share = remainder(item, at);
  const discounted = isItemized ? undefined : netAmount(account, subscription, item, sign, at);
  const amount = discounted === undefined ? cost(price, item.quantity, share) : prorate(discounted, share);
  return [
    line(account, subscription, item, price, {
      amount: sign === -1 ? 0 - amount : amount,
      description:
        sign === -1
          ? `Unused time on ${productName(account, price)} after ${day(at)}`
          : remainingText(account, price, at),
      discountable: isItemized,
      proration: true,
      period: { start: at, end: paidEnd(item) },
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
 * The cost of a full period of an item less its discounts, or `undefined` where none counts: those that were paid with for a
 * credit, those to come for a charge. A discount that counts once waits for an invoice that is discounted itself.
 */
function netAmount(
  account: AccountData,
  subscription: SubscriptionRecord,
  item: SubscriptionItemRecord,
  sign: 1 | -1,
  at: number,
): number | undefined {
  const wasPaid = ({ endedAt }: DiscountRecord) => endedAt === null || endedAt >= item.current_period_start;
  const willBe = ({ end, endedAt, terms }: DiscountRecord) =>
    endedAt === null && !terms.isOnce && (end === null || end > at);
  const full = subscription.items.map(({ fullPeriodStart: _start, paidUntil: _end, ...one }) => one);
  const lines = periodLines(account, { ...subscription, status: "active", freeUntil: null }, full);
  const { lines: net } = discounted(account, subscription, lines, sign === -1 ? wasPaid : willBe);
  const own = net.find((one) => billedItem(one) === item.id);
  return own?.discount_amounts?.length ? discountedAmount(own) : undefined;
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

function remainingText(account: AccountData, price: PriceRecord, from: number): string {
  return `Remaining time on ${productName(account, price)} after ${day(from)}`;
}

function perPeriod(price: PriceRecord): string {
  const count = price.recurring?.interval_count ?? 1;
  const every = count === 1 ? price.recurring?.interval : `every ${count} ${price.recurring?.interval}s`;
  return `${formatMoney(price.unit_amount_decimal ?? "0", price.currency)} / ${every}`;
}

function day(unixSeconds: number): string {
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" }).format(
    unixSeconds * 1000,
  );
}
