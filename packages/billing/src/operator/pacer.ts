/** Lets a number of requests through in a second, evenly spread, and makes the others wait for their turn. */
export function createPacer(perSecond: number): () => Promise<void> {
  let nextAtMs = 0;
  return async () => {
    const nowMs = performance.now();
    const turnAtMs = Math.max(nowMs, nextAtMs);
    nextAtMs = turnAtMs + 1_000 / perSecond;
    if (turnAtMs > nowMs) await new Promise((resolve) => setTimeout(resolve, turnAtMs - nowMs));
  };
}
