import { isWire } from "./is-wire.js";
import type { EventRecord } from "./records/events.js";
import type { Wire } from "./wire.js";

/** Names one thing that changed, where it did. `before` holds the values before, of what changed only. */
type Finer = (now: Wire, before: Wire) => readonly string[];

/** The types of thin event that tell more closely what changed. They have no snapshot event. */
export function finerTypes({ type, data }: EventRecord): readonly string[] {
  const finer = Object.hasOwn(FINER, type) ? FINER[type] : undefined;
  return finer?.(data.object, data.previous_attributes ?? {}) ?? [];
}

const FINER: Readonly<Record<string, Finer>> = {
  "customer.subscription.created": ({ status }) => becomes(status),
  "customer.subscription.updated": (now, before) => [
    ...("status" in before ? becomes(now["status"]) : []),
    ...changed(before, {
      cancel_at: "v1.customer.subscription.cancel_at_changed",
      default_payment_method: "v1.customer.subscription.default_payment_method_changed",
    }),
    ...itemTypes(now, before),
  ],
  "customer.subscription.deleted": ({ status }) => becomes(status),
  "entitlements.active_entitlement_summary.updated": (now, before) => {
    const [was, is] = [idsIn(before["entitlements"]), idsIn(now["entitlements"])];
    const summary = "v1.entitlements.active_entitlement_summary";
    return [
      ...(is.some((id) => !was.includes(id)) ? [`${summary}.entitlement_added`] : []),
      ...(was.some((id) => !is.includes(id)) ? [`${summary}.entitlement_removed`] : []),
    ];
  },
  "price.updated": (now, before) => [
    ...activity("price", now, before),
    ...changed(before, {
      lookup_key: "v1.price.lookup_key_changed",
      tax_behavior: "v1.price.tax_behavior_changed",
    }),
  ],
  "product.updated": (now, before) => [
    ...activity("product", now, before),
    ...changed(before, { default_price: "v1.product.default_price_changed" }),
  ],
};

/** `paused` is absent, because a snapshot event of this name exists. */
const TOLD_STATUSES = ["active", "incomplete", "incomplete_expired", "past_due", "trialing", "unpaid"];

function becomes(status: unknown): readonly string[] {
  return typeof status === "string" && TOLD_STATUSES.includes(status)
    ? [`v1.customer.subscription.${status}`]
    : [];
}

function activity(kind: "price" | "product", now: Wire, before: Wire): readonly string[] {
  return "active" in before ? [`v1.${kind}.${now["active"] === true ? "activated" : "deactivated"}`] : [];
}

function changed(before: Wire, types: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(types).flatMap(([name, type]) => (name in before ? [type] : []));
}

function itemTypes(now: Wire, before: Wire): readonly string[] {
  if (!("items" in before)) return [];
  const [was, is] = [dataIn(before["items"]), dataIn(now["items"])];
  const kept = is.flatMap((item) => {
    const former = was.find(({ id }) => id === item["id"]);
    return former === undefined ? [] : [{ item, former }];
  });
  const told: Readonly<Record<string, boolean>> = {
    item_added: kept.length < is.length,
    item_removed: kept.length < was.length,
    item_price_changed: kept.some(({ item, former }) => priceId(item) !== priceId(former)),
    item_quantity_changed: kept.some(({ item, former }) => item["quantity"] !== former["quantity"]),
  };
  return Object.entries(told).flatMap(([type, holds]) => (holds ? [`v1.customer.subscription.${type}`] : []));
}

function priceId({ price }: Wire): unknown {
  return isWire(price) ? price["id"] : price;
}

function idsIn(list: unknown): readonly unknown[] {
  return dataIn(list).map(({ id }) => id);
}

function dataIn(list: unknown): readonly Wire[] {
  const data = isWire(list) ? list["data"] : undefined;
  return Array.isArray(data) ? data.filter(isWire) : [];
}
