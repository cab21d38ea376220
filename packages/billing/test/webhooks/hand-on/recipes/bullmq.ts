import { type ConnectionOptions, Queue, Worker } from "bullmq";
import type { DeliveryKey, WebhookReceiver } from "../../../../src/webhooks.js";
import { workOne } from "./any-queue.js";

/** For the process that receives: `relay(inbox, (key) => queue.add("delivery", key))`. */
export async function openQueue(connection: ConnectionOptions, name = "stripe"): Promise<Queue<DeliveryKey>> {
  const queue = new Queue<DeliveryKey>(name, {
    // Once connected, rejects while Redis is away or does not answer, so that Stripe delivers the event again.
    connection: { ...connection, enableOfflineQueue: false, commandTimeout: 5_000 },
    defaultJobOptions: {
      attempts: 20,
      backoff: { type: "exponential", delay: 1_000 },
      removeOnComplete: true,
      removeOnFail: 1_000,
    },
  });
  await queue.waitUntilReady();
  return queue;
}

/** In a worker. A job whose process is killed is brought again as often as one that fails. */
export function startWorker(
  webhooks: WebhookReceiver,
  connection: ConnectionOptions,
  name = "stripe",
): Worker<DeliveryKey> {
  return new Worker<DeliveryKey>(name, ({ data }) => workOne(webhooks, data), {
    connection,
    concurrency: 10,
    maxStalledCount: 20,
  });
}
