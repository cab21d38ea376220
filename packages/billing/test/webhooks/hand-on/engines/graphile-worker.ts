import { handOn, work } from "../recipes/graphile-worker.js";
import type { OpenEngine } from "./engine.js";

export const open: OpenEngine = async ({ pool, schema }, carryOut) => {
  const runner = await work(pool, carryOut, schema);
  return {
    handOn: (change, tx) => handOn(tx, change, schema),
    stop: () => runner.stop(),
    close: async () => undefined,
    countLocked: async () => {
      const { rows } = await pool.query(
        `SELECT count(*)::int AS count FROM ${schema}._private_jobs WHERE locked_at IS NOT NULL`,
      );
      return Number(rows[0]?.count);
    },
  };
};
