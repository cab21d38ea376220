import { onAbort } from "../../../on-abort.js";

/** Lets those who wait in this process be woken by each other. */
export class Waiters {
  readonly #waiting = new Set<() => void>();

  /** Resolves after `ms`, when somebody wakes all, or when the signal aborts. */
  wait(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const stop = () => {
        clearTimeout(timer);
        stopListening?.();
        this.#waiting.delete(stop);
        resolve();
      };
      const timer = setTimeout(stop, ms);
      const stopListening = signal && onAbort(signal, stop);
      this.#waiting.add(stop);
    });
  }

  wakeAll(): void {
    for (const stop of this.#waiting) stop();
  }
}
