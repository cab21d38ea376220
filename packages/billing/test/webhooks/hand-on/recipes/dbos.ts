import { randomUUID } from "node:crypto";
import { DBOS, type DBOSClient } from "@dbos-inc/dbos-sdk";
import type { PoolClient } from "pg";
import type { CarryOut, SubscriptionChange } from "./subscription-change.js";

const QUEUE = "subscription-changes";
const WORKFLOW = "subscriptionChange";

/** For `DBOS.setConfig` in a worker, beside its name and the URL. */
export const PROCESS = {
  // By default all processes have the same, and each that starts runs once more what the others are at.
  executorID: randomUUID(),
  // By default each release has its own, and never runs what a process of another release left.
  applicationVersion: "1",
};

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

/** Every few minutes, in one worker: runs again what has run for an hour, and so what a process left that has ended. */
export async function sweep(): Promise<void> {
  const anHourAgo = new Date(Date.now() - 60 * 60 * 1_000);
  const left = await DBOS.listWorkflows({
    queueName: QUEUE,
    status: "PENDING",
    dequeuedBefore: anHourAgo.toISOString(),
  });
  if (left.length === 0) return;
  await DBOS.resumeWorkflows(
    left.map(({ workflowID }) => workflowID),
    { queueName: QUEUE },
  );
}
