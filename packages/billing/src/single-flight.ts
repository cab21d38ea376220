/** Keeps calls of this process that would do the same work under one key from doing it at the same time. */
export class SingleFlight {
  readonly #running = new Map<string, Promise<void>>();

  /**
   * Runs `work`, after the run that is under way for `key`, if any. Waits for one run at most, so that a slow failure does
   * not hold up all callers behind it; `wait` may end the waiting early by rejecting.
   */
  async run<T>(
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
