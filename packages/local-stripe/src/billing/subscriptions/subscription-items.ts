import { invalid } from "../../api-error.js";
import { mergeMetadata } from "../../declare/metadata.js";
import { newId } from "../../ids.js";
import type { AccountData, Transaction } from "../../store/account-data.js";
import type { PriceRecord } from "../../store/records/catalog.js";
import type { SubscriptionItemRecord } from "../../store/records/subscriptions.js";
import { insertPrice } from "../catalog/insert-price.js";
import { isMetered } from "../catalog/metered.js";
import { isSameLength } from "../catalog/period.js";
import { type DiscountHolder, endDiscount, isRunning, redeem } from "../discounts/redemption.js";
import { type ItemChange, MOST_ITEMS, type NewItem } from "./item-params.js";
import { itemPeriod, samePeriod, withoutPeriod } from "./item-period.js";

/** The times and the customer that a subscription's items are made for. */
export interface Billing {
  readonly subscription: string;
  readonly anchor: number;
  readonly start: number;
  readonly trialEnd: number | null;
  readonly mode: "classic" | "flexible";
  readonly customer: string;
  readonly testClock: string | null;
}

/** Reads the price and the quantity of an item from a request. */
export function soldItem(
  tx: Transaction,
  item: NewItem,
  name: string,
): { readonly price: PriceRecord; readonly quantity?: number } {
  const price = priceFor(tx, item, name);
  return { price, ...quantityFor(price, item.quantity, name) };
}

/** Creates an item. It is billed together with other items of the same interval. */
export function newItem(
  tx: Transaction,
  item: NewItem,
  name: string,
  billing: Billing,
  others: readonly SubscriptionItemRecord[] = [],
): SubscriptionItemRecord {
  const price = priceFor(tx, item, name);
  const beside = others.find((one) =>
    isSameLength(tx.account.getFromPath("price", one.price).recurring, price.recurring),
  );
  const period = beside === undefined ? itemPeriod(price, billing) : samePeriod(beside);
  const id = newId("si", "short");
  return {
    id,
    object: "subscription_item",
    billing_thresholds: null,
    created: tx.now,
    ...period,
    current_trial: null,
    discounts: redeem(tx, item.discounts ?? [], [], holder(id, price, billing), `${name}[discounts]`),
    metadata: mergeMetadata({}, item.metadata),
    price: price.id,
    ...quantityFor(price, item.quantity, name),
    subscription: billing.subscription,
    tax_rates: [],
  };
}

/**
 * The items after an update. An element with an id changes that item, with `deleted` takes it away, and without an id is
 * a new item beside the others: leaving out the id bills the customer twice, here as at Stripe.
 */
export function changedItems(
  tx: Transaction,
  before: readonly SubscriptionItemRecord[],
  changes: readonly ItemChange[],
  billing: Billing,
): readonly SubscriptionItemRecord[] {
  let items = before;
  for (const [at, change] of changes.entries()) {
    const name = `items[${at}]`;
    if (change.id === undefined) {
      items = [...items, newItem(tx, change, name, billing, before)];
      continue;
    }
    const item = items.find((one) => one.id === change.id);
    if (item === undefined)
      throw invalid(`No such subscription item: '${change.id}'`, `${name}[id]`, "resource_missing");
    if (change.deleted) endAll(tx, item.discounts);
    const changed = change.deleted ? [] : [changedItem(tx, item, change, name, billing)];
    items = items.flatMap((one) => (one === item ? changed : [one]));
  }
  if (items.length === 0) {
    throw invalid("A subscription must have at least one active item.", "items");
  }
  return items;
}

/** Checks the rules that hold for all items of a subscription together. A subscription keeps the currency it began in. */
export function checkItems(
  account: AccountData,
  items: readonly Pick<SubscriptionItemRecord, "price">[],
  mode: Billing["mode"],
  begunIn?: string,
): PriceRecord {
  const prices = items.map((item) => account.getFromParam("price", item.price, "items"));
  const [first] = prices;
  if (first === undefined) throw invalid("Missing required param: items.", "items", "parameter_missing");
  if (items.length > MOST_ITEMS)
    throw invalid(`A subscription can have at most ${MOST_ITEMS} items.`, "items");
  const currency = begunIn ?? first.currency;
  for (const [at, price] of prices.entries()) {
    if (price.currency !== currency) {
      throw invalid(
        `The price specified only supports \`${price.currency}\`. This doesn't match the expected currency: \`${currency}\`.`,
        `items[${at}][price]`,
      );
    }
    if (prices.indexOf(price) !== at) {
      throw invalid(
        `Cannot add multiple subscription items with the same plan: ${price.id}`,
        `items[${at}][price]`,
      );
    }
    if (mode === "classic" && !isSameLength(price.recurring, first.recurring)) {
      throw invalid(
        "Currently, all the prices on a subscription must have the same `recurring.interval` and `recurring.interval_count`. If you meant to update an existing subscription item instead of creating a new one, make sure to include the subscription item ID in your request.",
        `items[${at}][price]`,
      );
    }
  }
  return first;
}

function changedItem(
  tx: Transaction,
  item: SubscriptionItemRecord,
  change: ItemChange,
  name: string,
  billing: Billing,
): SubscriptionItemRecord {
  const before = tx.account.getFromParam("price", item.price, name);
  const { discounts: asked } = change;
  const same = {
    metadata: mergeMetadata(item.metadata, change.metadata),
    ...(asked && {
      discounts: redeem(tx, asked, item.discounts, holder(item.id, before, billing), `${name}[discounts]`),
    }),
  };
  const samePrice =
    change.price === undefined ? change.price_data === undefined : change.price === item.price;
  if (samePrice) {
    if (change.quantity !== undefined) quantityFor(before, change.quantity, name);
    return {
      ...item,
      ...same,
      ...(change.quantity !== undefined && { quantity: change.quantity }),
    };
  }
  const price = priceFor(tx, change, name);
  const isBegunAnew = !isSameLength(before.recurring, price.recurring);
  const { quantity: _reset, meteredFrom: _from, ...other } = item;
  return {
    ...(isBegunAnew ? withoutPeriod(other) : other),
    ...same,
    price: price.id,
    ...quantityFor(price, change.quantity, name),
    ...(isBegunAnew ? itemPeriod(price, billing) : { meteredFrom: tx.now }),
  };
}

function holder(item: string, { currency }: PriceRecord, { customer, testClock }: Billing): DiscountHolder {
  return { customer, currency, subscription: null, item, testClock };
}

function endAll(tx: Transaction, discounts: readonly string[]): void {
  for (const id of discounts) if (isRunning(tx.account, id, tx.now)) endDiscount(tx, id);
}

function priceFor(tx: Transaction, item: NewItem, name: string): PriceRecord {
  if (item.price_data !== undefined) {
    if (item.price !== undefined) {
      throw invalid(
        `You may only specify one of these parameters: ${name}[price], ${name}[price_data].`,
        `${name}[price]`,
        "parameters_exclusive",
      );
    }
    tx.account.getFromParam("product", item.price_data.product, `${name}[price_data][product]`);
    return insertPrice(tx, { ...item.price_data, active: false, inline: true }, `${name}[price_data]`);
  }
  if (item.price === undefined)
    throw invalid(`Missing required param: ${name}[price].`, `${name}[price]`, "parameter_missing");
  const price = tx.account.getFromParam("price", item.price, `${name}[price]`);
  if (item.agreed) return price;
  if (!price.active) {
    throw invalid(
      "The price specified is inactive. This field only accepts active prices.",
      `${name}[price]`,
    );
  }
  if (tx.account.of("product").get(price.product)?.active === false) {
    throw invalid(
      `The price specified is linked to an inactive product (${price.product}).`,
      `${name}[price]`,
      "product_inactive",
    );
  }
  if (price.recurring === null) {
    throw invalid(
      "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.",
      `${name}[price]`,
    );
  }
  return price;
}

/** A metered price has no quantity; any other has one unless said otherwise. */
function quantityFor(
  price: PriceRecord,
  quantity: number | undefined,
  name: string,
): { readonly quantity?: number } {
  if (!isMetered(price)) return { quantity: quantity ?? 1 };
  if (quantity === undefined) return {};
  throw invalid(
    `Quantity should not be specified where usage_type is \`metered\`. Remove quantity from \`${name}\``,
    `${name}[quantity]`,
  );
}
