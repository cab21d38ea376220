import type { WebhookEvent } from "../events.js";
import type { ParsedEvent } from "../verification/parse-event.js";

/** Events that no Stripe makes; those of its own begin with `evt_`. */
const PREFIX = "reconciled_";

/** Whether an event was made by `reconcileSubscriptions` or `reconcileEntitlements`, because Stripe made none. */
export function isSynthetic({ id }: Pick<WebhookEvent, "id">): boolean {
  return id.startsWith(PREFIX);
}

export interface SyntheticOptions {
  /** Of what it is about: a subscription, or the customer of entitlements. */
  readonly id: string;
  /** Of either family; a thin one is about a subscription. */
  readonly type: string;
  readonly account: string | undefined;
  readonly createdSeconds: number;
  /** Difference found on different days are different events, so that a state that comes back is told again. */
  readonly day: string;
}

/**
 * Makes the event that Stripe should have made of an object's state. Its id follows from the state and the day, so
 * that two runs, and two attempts, are about one delivery.
 */
export async function toSyntheticEvent(
  object: object,
  { id: objectId, type, account, createdSeconds, day }: SyntheticOptions,
): Promise<ParsedEvent> {
  const id = `${PREFIX}${objectId}_${day}_${await digest(JSON.stringify(object))}`;
  const common = { id, type, livemode: Reflect.get(object, "livemode") === true };
  const fields = type.startsWith("v1.")
    ? {
        ...common,
        object: "v2.core.event",
        created: new Date(createdSeconds * 1000).toISOString(),
        related_object: {
          id: objectId,
          type: "subscription",
          url: `/v1/subscriptions/${objectId}`,
        },
        ...(account === undefined ? {} : { context: account }),
      }
    : {
        ...common,
        object: "event",
        created: createdSeconds,
        data: { object },
        ...(account === undefined ? {} : { account }),
      };
  // Parsed from its text, as every event is.
  const body = JSON.stringify(fields);
  return { event: JSON.parse(body) as WebhookEvent, body }; // made above, in the shape of one
}

async function digest(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(bytes, 0, 12), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
