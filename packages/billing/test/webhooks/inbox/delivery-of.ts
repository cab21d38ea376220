import { type Delivery, toDelivery } from "../../../src/webhooks/inbox/inbox.js";
import { parseEventBody } from "../../../src/webhooks/verification/parse-event.js";
import { eventBody } from "../signed-delivery.js";

/** The delivery of an event; all of them are about the same object. */
export function deliveryOf(id: string, fields: Record<string, unknown> = {}): Delivery {
  const body = eventBody({ id, ...fields });
  return toDelivery({ event: parseEventBody(body), body });
}
