import { setTimeout as sleep } from "node:timers/promises";
import { findSqlState } from "./sqlstate.js";

/** Serialization failure, deadlock. */
const RIVALRY: ReadonlySet<string> = new Set(["40001", "40P01"]);

const MAX_TRIES = 10;
const MAX_PAUSE_MS = 50;

/** Whether Postgres chose this transaction to give way to another. */
export function isRivalry(error: unknown): boolean {
  return RIVALRY.has(findSqlState(error) ?? "");
}

/** Tries a statement again that gave way, as any may where the application's isolation level is high. */
export async function outliveRivals<T>(run: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await run();
    } catch (error) {
      if (tries === MAX_TRIES || !isRivalry(error)) throw error;
      await sleep(MAX_PAUSE_MS * Math.random());
    }
  }
}
