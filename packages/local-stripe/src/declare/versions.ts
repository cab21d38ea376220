import { ApiError, invalid } from "../api-error.js";
import type { AccountData } from "../store/account-data.js";
import { isWire } from "../store/is-wire.js";
import { toPlan } from "../store/plan.js";
import { previousAttributes } from "../store/previous-attributes.js";
import type { Wire } from "../store/wire.js";
import type { Param } from "./params.js";

/** The newest version that is spoken, and the one of a request that names none. */
export const LATEST_VERSION = "2026-10-28.endive";

const VERSION = /^\d{4}-\d{2}-\d{2}(\.[a-z]+)?$/;

/** The version a request asks for, in the header `Stripe-Version`. */
export function requestedVersion(header: string | undefined): string {
  if (header === undefined || header === "") return LATEST_VERSION;
  if (VERSION.test(header)) return header;
  throw new ApiError(400, `Invalid Stripe API version: ${header}`);
}

/** The version in which a request is answered, be it with a refusal of the version that it asks for. */
export function writtenVersion(header: string | undefined): string {
  return header !== undefined && VERSION.test(header) ? header : LATEST_VERSION;
}

export function apiVersion(): Param<string> {
  return {
    read: (value, name) => {
      if (typeof value === "string" && VERSION.test(value)) return value;
      throw invalid(`Invalid API version: ${typeof value === "string" ? value : "a hash"}`, name);
    },
  };
}

/** Versions begin with their date, so that text order is time order. */
export function isBefore(version: string, date: string): boolean {
  return version.slice(0, 10) < date;
}

/** Rewrites an object, and all objects in it, as an older version has them. */
export function inVersion(body: Wire, version: string, account: AccountData): Wire {
  const changes = CHANGES.filter(({ date }) => isBefore(version, date));
  return changes.length === 0 ? body : rewritten(body, changes, account);
}

/** Rewrites the previous attributes of an object as an older version has them. */
export function previousInVersion(previous: Wire, object: Wire, version: string, account: AccountData): Wire {
  if (CHANGES.every(({ date }) => !isBefore(version, date))) return previous;
  // Parts may have moved from one object to another, so both whole objects are compared in the older form.
  return previousAttributes(
    inVersion(overlaid(object, previous), version, account),
    inVersion(object, version, account),
  );
}

interface VersionChange {
  /** The first version that writes the object as it is kept here. */
  readonly date: string;
  readonly object: string;
  readonly older: (body: Wire, account: AccountData) => Wire;
}

const CHANGES: readonly VersionChange[] = [
  { date: "2026-03-25", object: "checkout.session", older: withShortUiMode },
  { date: "2025-03-31", object: "subscription", older: withPeriodAndDiscount },
  { date: "2025-03-31", object: "subscription_item", older: withoutPeriod },
  { date: "2025-03-31", object: "invoice", older: withoutParent },
  { date: "2025-03-31", object: "line_item", older: withPrice },
  { date: "2025-09-30", object: "discount", older: withCoupon },
  { date: "2025-09-30", object: "promotion_code", older: withOwnCoupon },
];

/** Before 2026-03-25 the two ways to show a session were called `hosted` and `embedded`. */
function withShortUiMode(session: Wire): Wire {
  return { ...session, ui_mode: String(session["ui_mode"]).replace(/_page$/, "") };
}

/** Before 2025-03-31 the period stood on the subscription, and there was one discount. */
function withPeriodAndDiscount(subscription: Wire, account: AccountData): Wire {
  const items = subscriptionItems(subscription);
  const [first] = items;
  return {
    ...subscription,
    current_period_end: Math.min(...items.map((item) => Number(item["current_period_end"]))),
    current_period_start: Math.max(...items.map((item) => Number(item["current_period_start"]))),
    discount: firstDiscount(subscription, account),
    plan: items.length === 1 ? (first?.["plan"] ?? null) : null,
    quantity: items.length === 1 ? (first?.["quantity"] ?? null) : null,
  };
}

function withoutPeriod({ current_period_start: _start, current_period_end: _end, ...item }: Wire): Wire {
  return item;
}

/** Before 2025-03-31 an invoice named its subscription itself, and said whether it is paid. */
function withoutParent({ parent, total_taxes: _taxes, ...invoice }: Wire, account: AccountData): Wire {
  const details =
    isWire(parent) && isWire(parent["subscription_details"]) ? parent["subscription_details"] : null;
  return {
    ...invoice,
    charge: null,
    discount: firstDiscount(invoice, account),
    paid: invoice["status"] === "paid",
    payment_intent: null,
    quote: null,
    subscription: details?.["subscription"] ?? null,
    ...(details?.["subscription_proration_date"] !== undefined && {
      subscription_proration_date: details["subscription_proration_date"],
    }),
    subscription_details: { metadata: details?.["metadata"] ?? null },
    tax: null,
    total_tax_amounts: [],
  };
}

/** Before 2025-03-31 a line held its price whole, and stood on its own. */
function withPrice({ parent, pricing, taxes: _taxes, ...line }: Wire, account: AccountData): Wire {
  const details =
    isWire(parent) && isWire(parent["subscription_item_details"]) ? parent["subscription_item_details"] : {};
  const priceDetails = isWire(pricing) && isWire(pricing["price_details"]) ? pricing["price_details"] : {};
  const price = account.of("price").get(String(priceDetails["price"]));
  const invoiceItem = details["invoice_item"] ?? null;
  return {
    ...line,
    ...(invoiceItem !== null && { invoice_item: invoiceItem }),
    plan: price ? toPlan(price) : null,
    price: price ? account.render("price", price) : null,
    proration: details["proration"] ?? false,
    proration_details: details["proration_details"] ?? null,
    subscription: details["subscription"] ?? null,
    subscription_item: details["subscription_item"] ?? null,
    tax_amounts: [],
    tax_rates: [],
    type: invoiceItem === null ? "subscription" : "invoiceitem",
    unit_amount_excluding_tax: isWire(pricing) ? pricing["unit_amount_decimal"] : null,
  };
}

/** Before 2025-09-30 a discount held its coupon itself, whole. */
function withCoupon({ source, ...discount }: Wire, account: AccountData): Wire {
  const coupon = isWire(source) ? source["coupon"] : null;
  return { ...discount, coupon: wholeCoupon(coupon, account) };
}

function withOwnCoupon({ promotion, ...code }: Wire, account: AccountData): Wire {
  return { ...code, coupon: wholeCoupon(isWire(promotion) ? promotion["coupon"] : null, account) };
}

function wholeCoupon(coupon: unknown, account: AccountData): unknown {
  const record = typeof coupon === "string" ? account.of("coupon").get(coupon) : undefined;
  return record === undefined ? coupon : account.render("coupon", record);
}

/** The single, whole discount of versions before the list of discounts. */
function firstDiscount({ discounts }: Wire, account: AccountData): Wire | null {
  const first: unknown = Array.isArray(discounts) ? discounts[0] : undefined;
  if (isWire(first)) return first;
  const record = typeof first === "string" ? account.of("discount").get(first) : undefined;
  return record === undefined ? null : account.render("discount", record);
}

function subscriptionItems(subscription: Wire): readonly Wire[] {
  const { items } = subscription;
  const data = isWire(items) ? items["data"] : undefined;
  return Array.isArray(data) ? data.filter(isWire) : [];
}

/** Outer objects first, while what they take from inner ones is still there. */
function rewritten(body: Wire, changes: readonly VersionChange[], account: AccountData): Wire {
  let older = body;
  for (const change of changes) if (change.object === body["object"]) older = change.older(older, account);
  return Object.fromEntries(
    Object.entries(older).map(([name, value]) => [name, inside(value, changes, account)]),
  );
}

function inside(value: unknown, changes: readonly VersionChange[], account: AccountData): unknown {
  if (Array.isArray(value)) return value.map((one) => inside(one, changes, account));
  return isWire(value) ? rewritten(value, changes, account) : value;
}

function overlaid(object: Wire, previous: Wire): Wire {
  const names = Object.keys({ ...object, ...previous });
  return Object.fromEntries(
    names.map((name) => {
      const is = object[name];
      const was = previous[name];
      if (!(name in previous)) return [name, is];
      return [name, isWire(is) && isWire(was) ? overlaid(is, was) : was];
    }),
  );
}
