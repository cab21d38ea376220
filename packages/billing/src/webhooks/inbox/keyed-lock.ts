import { onAbort } from "../../on-abort.js";

/** Lets one holder at a time have each key. Those who wait for a key get it in the order in which they came. */
export class KeyedLock {
  /** Those who wait, by the key that somebody holds. */
  readonly #waiting = new Map<string, Set<() => void>>();

  /** Resolves to true with the key, or to false once `maxWaitMs` are over or `signal` aborts. */
  async acquire(key: string, maxWaitMs: number, signal?: AbortSignal): Promise<boolean> {
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) {
      this.#waiting.set(key, new Set());
      return true;
    }
    return new Promise((resolve) => {
      const settle = (isHolder: boolean) => {
        waiting.delete(take);
        clearTimeout(timer);
        stopListening?.();
        resolve(isHolder);
      };
      const take = () => settle(true);
      const giveUp = () => settle(false);
      const timer = setTimeout(giveUp, maxWaitMs);
      const stopListening = signal && onAbort(signal, giveUp);
      waiting.add(take);
    });
  }

  /** Passes the key to the one who has waited longest. */
  release(key: string): void {
    const [next] = this.#waiting.get(key) ?? [];
    if (next === undefined) this.#waiting.delete(key);
    else next();
  }
}
