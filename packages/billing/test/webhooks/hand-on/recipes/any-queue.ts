import {
  type DeliveryKey,
  type DurableInbox,
  HTTP_STATUS,
  type WebhookReceiver,
} from "../../../../src/webhooks.js";

/** Stores deliveries in the inbox and then sends their keys, for a receiver with `respond: "stored"`. */
export function relay<Tx>(
  inbox: DurableInbox<Tx>,
  send: (key: DeliveryKey) => Promise<unknown>,
): DurableInbox<Tx> {
  const store: DurableInbox<Tx>["store"] = async (delivery, options) => {
    const stored = await inbox.store(delivery, options);
    if (stored.status === "stored") await send(delivery.key);
    return stored;
  };
  return { ...inbox, store };
}

/** In the queue's worker. Rejects where the queue is to bring the job again. */
export async function workOne({ workOne }: WebhookReceiver, key: DeliveryKey): Promise<void> {
  const outcome = await workOne(key);
  if (outcome !== undefined && HTTP_STATUS[outcome.status] !== 200) throw new Error(outcome.status);
}

/** Every minute or so: takes up for five seconds what is due, and so what the queue has lost. */
export function sweep({ work }: WebhookReceiver): Promise<void> {
  return work({ signal: AbortSignal.timeout(5_000) });
}
