import { PgBoss } from "pg-boss";
import { createQueue, handOn, work } from "../recipes/pg-boss.js";
import type { OpenEngine } from "./engine.js";

export const open: OpenEngine = async ({ url, schema }, carryOut) => {
  const boss = new PgBoss({ connectionString: url, schema });
  boss.on("error", () => undefined);
  await boss.start();
  await createQueue(boss);
  await work(boss, carryOut);
  return {
    handOn: (change, tx) => handOn(boss, tx, change),
    stop: () => boss.stop({ timeout: 1_000 }),
    close: async () => undefined,
  };
};
