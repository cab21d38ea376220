import { ApiError } from "../api-error.js";

/** An answer that can be replayed. */
export interface StoredAnswer {
  readonly status: number;
  readonly body: string;
  readonly requestId: string;
}

interface Entry {
  readonly call: string;
  readonly params: string;
  readonly at: number;
  answer?: StoredAnswer;
}

const KEPT_MS = 24 * 3600 * 1000;
const KEPT_ENTRIES = 20_000;

/** Keeps the first request and answer of each idempotency key for a day. */
export class IdempotencyKeys {
  readonly #entries = new Map<string, Entry>();

  /**
   * Returns the answer that the key already has, or `undefined` for the first request with it. Until `settle` or `forget`,
   * the key is in progress.
   */
  begin(scope: string, key: string, call: string, params: string, nowMs: number): StoredAnswer | undefined {
    if (key.length > 255) {
      throw new ApiError(
        400,
        `Idempotency keys can be at most 255 characters long, yours has ${key.length}.`,
        {
          type: "idempotency_error",
        },
      );
    }
    const name = `${scope} ${key}`;
    const entry = this.#entries.get(name);
    if (entry === undefined || nowMs - entry.at > KEPT_MS) {
      this.#entries.delete(name);
      this.#entries.set(name, { call, params, at: nowMs });
      this.#prune();
      return undefined;
    }
    if (entry.call !== call) {
      throw conflict(
        `Keys for idempotent requests can only be used for the same endpoint they were first used for ('${call}' vs '${entry.call}'). Try using a key other than '${key}' if you meant to execute a different request.`,
      );
    }
    if (entry.params !== params) {
      throw conflict(
        `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
      );
    }
    if (entry.answer !== undefined) return entry.answer;
    throw new ApiError(
      409,
      `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${key}. Please try again later.`,
      { type: "idempotency_error", code: "idempotency_key_in_use" },
    );
  }

  settle(scope: string, key: string, answer: StoredAnswer): void {
    const entry = this.#entries.get(`${scope} ${key}`);
    if (entry !== undefined) entry.answer = answer;
  }

  /** Frees the key of a request that was refused before it had an effect. */
  forget(scope: string, key: string): void {
    this.#entries.delete(`${scope} ${key}`);
  }

  #prune(): void {
    for (const [name, entry] of this.#entries) {
      if (this.#entries.size <= KEPT_ENTRIES) return;
      if (entry.answer !== undefined) this.#entries.delete(name);
    }
  }
}

function conflict(message: string): ApiError {
  return new ApiError(400, message, { type: "idempotency_error" });
}
