/** Lets those who wait in this process be woken by each other. */
export class Waiters {
  readonly #waiting = new Set<() => void>();

  /** Resolves after `ms`, when somebody wakes all, or when the signal aborts. */
  wait(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const stop = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", stop);
        this.#waiting.delete(stop);
        resolve();
      };
      const timer = setTimeout(stop, ms);
      signal?.addEventListener("abort", stop, { once: true });
      this.#waiting.add(stop);
    });
  }

  wakeAll(): void {
    for (const stop of this.#waiting) stop();
  }
}
