import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "pg";
import { postgresInbox } from "../../../../src/postgres.js";
import { createApplication, type Handle } from "../application.js";
import type { CarryOut, SubscriptionChange } from "../recipes/subscription-change.js";
import type { Engine, OpenEngine } from "./engine.js";

export interface BenchSettings {
  readonly url: string;
  /** Has the tables of the inbox. */
  readonly inboxSchema: string;
  /** For the tables of the engine. */
  readonly schema: string;
  /** The first process kills itself while it is at a job; the second comes after it. */
  readonly release: "first" | "second";
}

/** An application whose handlers hand on to an engine, and what the engine's worker did. */
export interface Bench {
  readonly engine: Engine;
  readonly deliver: ReturnType<typeof createApplication>["deliver"];
  /** What the handler of a subscription does after it handed on. */
  readonly afterwards: Map<string, Handle>;
  /** What the worker does for a subscription. */
  readonly duties: Map<string, CarryOut>;
  /** Waits until a subscription had so many jobs, and a little longer for one too many. */
  readonly jobsOf: (subscriptionId: string, count: number) => Promise<readonly SubscriptionChange[]>;
  readonly close: () => Promise<void>;
}

export async function openBench(
  open: OpenEngine,
  { url, inboxSchema, schema, release }: BenchSettings,
): Promise<Bench> {
  const pool = new Pool({ connectionString: url, max: 12 });
  pool.on("error", () => undefined).on("connect", (client) => client.on("error", () => undefined));
  const afterwards = new Map<string, Handle>();
  const duties = new Map<string, CarryOut>();
  const jobs: SubscriptionChange[] = [];
  const engine = await open({ url, schema, pool, release }, async (change, signal) => {
    jobs.push(change);
    await duties.get(change.subscriptionId)?.(change, signal);
  });
  const inbox = postgresInbox({ pool, schema: inboxSchema });
  const { deliver } = createApplication(inbox, async (change, tx, attempt) => {
    await engine.handOn(change, tx, attempt);
    await afterwards.get(change.subscriptionId)?.(change, tx, attempt);
  });
  return {
    engine,
    deliver,
    afterwards,
    duties,
    async jobsOf(subscriptionId, count) {
      const find = () => jobs.filter((job) => job.subscriptionId === subscriptionId);
      const endsAtMs = performance.now() + 20_000;
      while (find().length < count) {
        assert.ok(performance.now() < endsAtMs, `${subscriptionId}: ${find().length} of ${count} jobs`);
        await sleep(20);
      }
      await sleep(300);
      return find();
    },
    async close() {
      await engine.close();
      await pool.end();
    },
  };
}
