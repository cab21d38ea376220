import { InvalidArgumentError } from "../errors.js";
import { sha256Hex } from "../sha256.js";

/** What every writing method takes in addition to {@link CallOptions}. */
export interface IdempotencyOptions {
  /**
   * Makes a retry harmless: calls with the same key take effect once, and other parameters under the same key are a
   * {@link ConflictError}. 1 to 255 printable ASCII characters. A key is valid for one tenant and one method, so
   * tenants cannot collide. A repeated call returns the object as it is now, which may have been changed or canceled
   * since. Stripe keeps the key for at least 24 hours. A call repeated after that, for example by a handler
   * whose event was requeued, mostly finds its earlier result or is refused; but it would create another Checkout page,
   * second subscription, product, replacement price or partial refund, so look for the earlier one first. Default: a
   * random key, which protects the retries within this call.
   */
  readonly idempotencyKey?: string | undefined;
}

/** Whose key it is: two of them that differ in any part never share a key at Stripe. */
export interface KeyScope {
  readonly account: string | undefined;
  readonly tenantId: string;
  /** The call it is sent with, so that one key of the caller's covers a method of several requests. */
  readonly call: string;
}

/** One key under its two names. */
export interface IdempotencyKey {
  /** What a retry has to give: the caller's key, or the random one in its place. */
  readonly ofCaller: string;
  /** What Stripe is sent. */
  readonly atStripe: string;
}

/** @throws InvalidArgumentError when the caller's key is not of the form above. */
export function scopeIdempotencyKey(ofCaller: string, scope: KeyScope): IdempotencyKey {
  // guard: a caller's key is of the allowed form
  if (typeof ofCaller !== "string" || !/^[\x20-\x7e]{1,255}$/.test(ofCaller)) {
    throw new InvalidArgumentError("idempotencyKey must be a string of 1 to 255 printable ASCII characters.");
  }
  // guard (part 2 of scopedName): an idempotency key is the tenant's
  // guard (part 1 of scopedName): an idempotency key is the account's
  // guard (part 3 of scopedName): an idempotency key is the call's
  return { ofCaller, atStripe: scopedName([scope.account ?? "", scope.tenantId, scope.call, ofCaller]) };
}

/** One name for a list of parts, of 72 characters, that no other list has. */
export function scopedName(parts: readonly string[]): string {
  // With its length before each part, no two lists of parts read the same.
  // guard (part 1): an idempotency key's parts cannot run into each other
  const named = parts.map((part) => `${part.length}:${part}`).join("");
  return `billing_${sha256Hex(named)}`;
}
