import { PgBoss } from "pg-boss";
import { createQueue, handOn, work } from "../recipes/pg-boss.js";
import type { OpenEngine } from "./engine.js";

export const open: OpenEngine = async ({ url, schema, pool }, carryOut) => {
  const boss = new PgBoss({ connectionString: url, schema });
  boss.on("error", () => undefined);
  await boss.start();
  await createQueue(boss);
  await work(boss, carryOut);
  const supervise = async () => {
    await pool.query(
      `UPDATE ${schema}.queue SET monitor_on = NULL, monitor_claim_on = NULL, maintain_on = NULL`,
    );
    await boss.supervise();
  };
  return {
    handOn: (change, tx) => handOn(boss, tx, change),
    stop: () => boss.stop({ timeout: 1_000 }),
    close: async () => undefined,
    async passHour() {
      await pool.query(
        `UPDATE ${schema}.job SET heartbeat_on = heartbeat_on - interval '1 hour' WHERE state = 'active'`,
      );
      await supervise();
    },
    async passMonth(subscriptionId) {
      await pool.query(
        `UPDATE ${schema}.job SET state = 'failed', completed_on = now() - interval '30 days'
          WHERE singleton_key = $1 AND state IN ('active', 'retry')`,
        [subscriptionId],
      );
      await pool.query(
        `UPDATE ${schema}.job SET keep_until = keep_until - interval '30 days' WHERE singleton_key = $1`,
        [subscriptionId],
      );
      await supervise();
      const { rows } = await pool.query(
        `SELECT count(*)::int AS count FROM ${schema}.job WHERE singleton_key = $1`,
        [subscriptionId],
      );
      return Number(rows[0]?.count);
    },
  };
};
