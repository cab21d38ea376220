import type { PoolClient } from "pg";
import type { PgBoss } from "pg-boss";
import type { CarryOut, SubscriptionChange } from "./subscription-change.js";

const QUEUE = "subscription-changes";
const DAY = 24 * 60 * 60;

/** Once, at the start. The policy keeps the jobs of one subscription in order, one at a time. */
export async function createQueue(boss: PgBoss): Promise<void> {
  await boss.createQueue(QUEUE, {
    policy: "key_strict_fifo",
    retryLimit: 20,
    retryBackoff: true,
    // Without it, a job whose process was killed is brought again after 15 minutes.
    heartbeatSeconds: 60,
    // Otherwise jobs that failed for good are deleted after 7 days, and those that wait behind them after 14.
    deleteAfterSeconds: 35 * DAY,
    retentionSeconds: 365 * DAY,
  });
}

/** In a handler, with its `tx`. */
export async function handOn(boss: PgBoss, tx: PoolClient, change: SubscriptionChange): Promise<void> {
  const db = { executeSql: (text: string, values?: unknown[]) => tx.query(text, values) };
  const id = await boss.send(QUEUE, change, { db, singletonKey: change.subscriptionId });
  if (id === null) throw new Error("pg-boss refused the job.");
}

/** In a worker. */
export async function work(boss: PgBoss, carryOut: CarryOut): Promise<void> {
  await boss.work<SubscriptionChange>(QUEUE, { localConcurrency: 10 }, async ([job]) => {
    if (job !== undefined) await carryOut(job.data, job.signal);
  });
}
