import type { Entitlement } from "../views/entitlement.js";
import { isThin, type WebhookEvent } from "./events.js";

const SUMMARY = "entitlements.active_entitlement_summary";

/**
 * Reads the customer of a summary of entitlements, which has no id of its own; `undefined` of any other event. A thin
 * event about one names neither.
 */
export function readSummaryCustomer(event: WebhookEvent): string | undefined {
  if (isThin(event)) return undefined;
  const object: object = event.data.object;
  const customer: unknown = Reflect.get(object, "customer");
  return Reflect.get(object, "object") === SUMMARY && typeof customer === "string" ? customer : undefined;
}

/** Makes a summary as Stripe's own events have it, but with all entitlements instead of the first ten. Frozen. */
export function toStripeSummary(
  customerId: string,
  entitlements: readonly Entitlement[],
  livemode: boolean,
): object {
  const data = entitlements
    .map(({ id, featureId, lookupKey }) =>
      Object.freeze({
        id,
        object: "entitlements.active_entitlement",
        feature: featureId,
        livemode,
        lookup_key: lookupKey,
      }),
    )
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return Object.freeze({
    object: SUMMARY,
    customer: customerId,
    entitlements: Object.freeze({
      object: "list",
      data: Object.freeze(data),
      has_more: false,
      url: `/v1/customer/${customerId}/entitlements`,
    }),
    livemode,
  });
}
