import { type Runner, run } from "graphile-worker";
import type { Pool, PoolClient } from "pg";
import type { CarryOut, SubscriptionChange } from "./subscription-change.js";

/**
 * In a handler, with its `tx`. Jobs of one `queue_name` run one at a time; 64 names, because graphile-worker is not made
 * for as many as there are subscriptions.
 */
export async function handOn(
  tx: PoolClient,
  change: SubscriptionChange,
  schema = "graphile_worker",
): Promise<void> {
  await tx.query(
    `SELECT 1 FROM ${schema}.add_job('subscription_change', $1::text::json,
       queue_name => 'subscription-' || abs(hashtext($2) % 64))`,
    [JSON.stringify(change), change.subscriptionId],
  );
}

/**
 * In a worker. The pool is yours, to be ended after `runner.stop()`. The delays make that wait until the last jobs are
 * recorded; otherwise they may stay locked for four hours.
 */
export function work(pool: Pool, carryOut: CarryOut, schema = "graphile_worker"): Promise<Runner> {
  return run({
    pgPool: pool,
    schema,
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    concurrency: 10,
    taskList: {
      // Only handOn adds these.
      subscription_change: (change, { abortSignal }) => carryOut(change as SubscriptionChange, abortSignal),
    },
  });
}

/** Every few minutes: frees what has been locked for an hour, and so what killed processes were at. */
export async function sweep(pool: Pool, schema = "graphile_worker"): Promise<void> {
  await pool.query(
    `SELECT ${schema}.force_unlock_workers(array_agg(locked_by)) FROM ${schema}.jobs
      WHERE locked_at < now() - interval '1 hour'`,
  );
}
