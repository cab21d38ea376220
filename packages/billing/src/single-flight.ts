/** Lets calls of this process that are about to do the same thing do it one after another. */
export class Turns {
  readonly #running = new Map<string, Promise<void>>();

  /**
   * Does `work` after whoever is at the same `key` now. It waits for one of them at most, so that one which fails slowly
   * does not hold up all behind it; `wait` may end the waiting early by rejecting.
   */
  async after<T>(
    key: string,
    wait: (others: Promise<void>) => Promise<void>,
    work: () => Promise<T>,
  ): Promise<T> {
    const ahead = this.#running.get(key);
    if (ahead !== undefined) {
      await wait(ahead);
      return work();
    }
    const result = work();
    const ended = result.then(
      () => undefined,
      () => undefined,
    );
    this.#running.set(key, ended);
    try {
      return await result;
    } finally {
      this.#running.delete(key);
    }
  }
}
