import { IndeterminateError, isBillingError } from "./errors.js";

/**
 * The writes of one method that makes several. A failure after the first of them is an IndeterminateError that says what
 * was done and what was not, because the error of the last write alone would say that nothing was.
 */
export class Steps {
  /** The key of all writes: the caller's, or a random one that the error hands on. */
  readonly key: string;
  readonly #done: string[] = [];

  constructor(idempotencyKey: string | undefined) {
    this.key = idempotencyKey ?? crypto.randomUUID();
  }

  /** @param name what the write does, as a noun: "the release of the schedule". */
  async take<T>(name: string, write: () => Promise<T>): Promise<T> {
    try {
      const result = await write();
      this.#done.push(name);
      return result;
    } catch (error) {
      throw this.explain(name, error);
    }
  }

  /**
   * Makes writes that do not need each other side by side. Where several fail, the error is that of one whose outcome is
   * unknown, if there is one, and names them all.
   */
  async takeSideBySide(writes: Readonly<Record<string, () => Promise<unknown>>>): Promise<void> {
    const names = Object.keys(writes);
    const results = await Promise.allSettled(Object.values(writes).map((write) => write()));
    this.#done.push(...names.filter((_, index) => results[index]?.status === "fulfilled"));
    const errors: unknown[] = results.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
    if (errors.length === 0) return;
    const failed = names.filter((_, index) => results[index]?.status === "rejected").join(", ");
    throw this.explain(failed, errors.find(isUnknown) ?? errors[0]);
  }

  /** Forgets what was done, because it was undone. */
  undo(): void {
    this.#done.length = 0;
  }

  /** The error of a write, with what was done before it. */
  explain(name: string, error: unknown): unknown {
    if (this.#done.length === 0 || !isBillingError(error)) return error;
    const [completed, failed] = [Object.freeze([...this.#done]), name];
    // An abort says nothing against a retry.
    const retryable = error.retryable || error.code === "aborted";
    const isOpen = error.code === "indeterminate" && (retryable || wasMade(error));
    const outcome = isOpen ? "The outcome is unknown of" : "Not done:";
    const advice = retryable
      ? "To continue, call again with the same idempotency key."
      : "The same call would be refused again: change what was refused, and call with a new idempotency key.";
    return new IndeterminateError(
      `Done: ${completed.join(", ")}. ${outcome} ${failed}. ${error.message} ${advice}`,
      { cause: error, requestId: error.requestId, idempotencyKey: this.key, completed, failed, retryable },
    );
  }
}

/** Tells if the one write of the error was made, and what it changed was lost to the caller. */
function wasMade({ completed, failed }: IndeterminateError): boolean {
  return completed.length > 0 && failed === undefined;
}

function isUnknown(error: unknown): boolean {
  return isBillingError(error) && error.code === "indeterminate";
}
