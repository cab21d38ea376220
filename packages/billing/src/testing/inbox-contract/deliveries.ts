import { type Delivery, toDelivery } from "../../webhooks/inbox/inbox.js";
import { parseEventBody } from "../../webhooks/verification/parse-event.js";

export interface DeliverySource {
  readonly livemode?: boolean;
  readonly account?: string;
  /** The id of its object. Default: one of its own, so that deliveries do not wait for each other. */
  readonly objectId?: string;
  readonly createdAtSeconds?: number;
}

/** Not long ago, since a store may forget what is older than the events that Stripe lists. */
export const CREATED_AT_SECONDS: number = Math.floor(Date.now() / 1000) - 3_600;

export function aDelivery(id: string, source: DeliverySource = {}): Delivery {
  const { objectId = `cus_${id}`, createdAtSeconds = CREATED_AT_SECONDS, livemode = false, account } = source;
  // Half of a surrogate pair and a null character are valid JSON, and refused by some stores' JSON columns.
  const object = { id: objectId, object: "customer", name: "\ud800 \u0000 \u2028 Zoë" };
  const body = JSON.stringify({
    id,
    object: "event",
    type: "customer.created",
    created: createdAtSeconds,
    livemode,
    account,
    data: { object },
  });
  return toDelivery({ event: parseEventBody(body), body });
}
