import type { Deadline } from "../../deadline.js";

/** Waits until the next request may be sent, or rejects as soon as `run` is over. */
export type Pace = (run: Deadline) => Promise<void>;

/** Spaces requests evenly, so that no second holds more of them than that. */
export function createPace(maxRequestsPerSecond: number): Pace {
  let nextAtMs = 0;
  return async (run) => {
    const nowMs = performance.now();
    const atMs = Math.max(nowMs, nextAtMs);
    nextAtMs = atMs + 1000 / maxRequestsPerSecond;
    if (atMs > nowMs) await run.sleep(Math.ceil(atMs - nowMs));
  };
}
