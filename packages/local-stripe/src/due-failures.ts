import type { DueFailure } from "./store/account-data.js";

/** An object whose due change failed. Nothing more happens to it by itself until it is changed. */
export interface ReportedFailure {
  /** The type of the object, such as `subscription_schedule`. */
  readonly object: string;
  readonly id: string;
  readonly account: string;
  readonly dueAt: Date;
  readonly message: string;
}

/** Records due changes that failed, and warns of each, because no request could be answered with the error. */
export class DueFailures {
  readonly #reported: ReportedFailure[] = [];

  get all(): readonly ReportedFailure[] {
    return this.#reported;
  }

  report({ account, at, error, id, name }: DueFailure): void {
    const dueAt = new Date(at * 1000);
    const message = error instanceof Error ? error.message : String(error);
    this.#reported.push({ object: name, id, account, dueAt, message });
    process.emitWarning(
      `The ${name} ${id} could not do what was due at ${dueAt.toISOString()}: ${message} It stands still until it is changed.`,
      "LocalStripeWarning",
    );
  }
}
