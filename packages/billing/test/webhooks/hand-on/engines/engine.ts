import type { Pool } from "pg";
import type { Handle } from "../application.js";
import type { CarryOut } from "../recipes/subscription-change.js";

/** An engine on its own tables, used as its recipe says. */
export interface Engine {
  readonly handOn: Handle;
  /** Ends the worker as a deploy does. */
  readonly stop: () => Promise<unknown>;
  readonly close: () => Promise<unknown>;
  /** Lets an hour pass, and does what the recipe says to do every few minutes. */
  readonly passHour: () => Promise<unknown>;
  /** Lets the jobs of a subscription fail for good, and a month pass; counts those that are left. */
  readonly passMonth?: (subscriptionId: string) => Promise<number>;
  /** Counts the jobs that nobody will take up again soon, where a stop may leave such. */
  readonly countLocked?: () => Promise<number>;
}

export interface EngineSettings {
  readonly url: string;
  /** For the engine's own tables. */
  readonly schema: string;
  readonly pool: Pool;
  /** Differs where the worker's code does. */
  readonly release: "first" | "second";
}

/** Opens an engine and starts its worker. */
export type OpenEngine = (settings: EngineSettings, carryOut: CarryOut) => Promise<Engine>;
