import { handOn, sweep, work } from "../recipes/graphile-worker.js";
import type { OpenEngine } from "./engine.js";

export const open: OpenEngine = async ({ pool, schema }, carryOut) => {
  const runner = await work(pool, carryOut, schema);
  return {
    handOn: (change, tx) => handOn(tx, change, schema),
    stop: () => runner.stop(),
    close: async () => undefined,
    async passHour() {
      for (const table of ["_private_jobs", "_private_job_queues"]) {
        await pool.query(`UPDATE ${schema}.${table} SET locked_at = locked_at - interval '1 hour'`);
      }
      await sweep(pool, schema);
    },
    countLocked: async () => {
      const { rows } = await pool.query(
        `SELECT count(*)::int AS count FROM ${schema}._private_jobs WHERE locked_at IS NOT NULL`,
      );
      return Number(rows[0]?.count);
    },
  };
};
