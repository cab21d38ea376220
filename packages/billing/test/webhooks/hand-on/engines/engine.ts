import type { Pool } from "pg";
import type { Handle } from "../application.js";
import type { CarryOut } from "../recipes/subscription-change.js";

/** An engine on its own tables, used as its recipe says. */
export interface Engine {
  readonly handOn: Handle;
  /** Ends the worker as a deploy does. */
  readonly stop: () => Promise<unknown>;
  readonly close: () => Promise<unknown>;
  /** Counts the jobs that nobody will take up again soon, where a stop may leave such. */
  readonly countLocked?: () => Promise<number>;
}

export interface EngineSettings {
  readonly url: string;
  /** For the engine's own tables. */
  readonly schema: string;
  readonly pool: Pool;
}

/** Opens an engine and starts its worker. */
export type OpenEngine = (settings: EngineSettings, carryOut: CarryOut) => Promise<Engine>;
