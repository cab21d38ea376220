import { DBOS, type DBOSClient } from "@dbos-inc/dbos-sdk";
import type { PoolClient } from "pg";
import type { CarryOut, SubscriptionChange } from "./subscription-change.js";

const QUEUE = "subscription-changes";
const WORKFLOW = "subscriptionChange";

/** In a handler, with its `tx` and its `attempt`. DBOS's tables must be in the database of the inbox. */
export async function handOn(
  dbos: DBOSClient,
  tx: PoolClient,
  change: SubscriptionChange,
  attempt: number,
): Promise<void> {
  await dbos.enqueueInTransaction(
    tx,
    {
      queueName: QUEUE,
      workflowName: WORKFLOW,
      // With the event's key alone, a workflow that failed would stay failed when the event is requeued.
      workflowID: `${change.idempotencyKey}:${attempt}`,
      queuePartitionKey: change.subscriptionId,
    },
    change,
  );
}

/** In a worker, before `DBOS.launch()`. */
export function registerWorkflow(carryOut: CarryOut): void {
  const workflow = async (change: SubscriptionChange) => {
    await DBOS.runStep(() => carryOut(change), { name: "carryOut", retriesAllowed: true, maxAttempts: 10 });
  };
  DBOS.registerWorkflow(workflow, { name: WORKFLOW });
}

/** In a worker, after `DBOS.launch()`: one workflow at a time for each subscription. */
export async function registerQueue(): Promise<void> {
  await DBOS.registerQueue(QUEUE, { partitionConcurrency: 1 });
}
