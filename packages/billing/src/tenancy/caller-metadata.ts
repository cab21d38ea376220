import { InvalidArgumentError, ReservedMetadataError } from "../errors.js";
import { ILL_FORMED, WELL_FORMED } from "../well-formed.js";

/** Metadata as a caller may give it: a null value removes the key, a key that is left out stays as it is. */
export type CallerMetadata = Readonly<Record<string, string | null>>;

/** What goes to Stripe, where an empty value removes the key. */
export type StripeMetadata = Record<string, string>;

/**
 * Checks a caller's metadata against Stripe's limits, and keeps it away from the keys that say whose an object is.
 *
 * @throws ReservedMetadataError for a key that this package writes itself, in any letter case.
 * @throws InvalidArgumentError for anything that is not up to 48 keys of 1 to 40 characters without brackets, with texts
 *   of up to 500 characters. See https://docs.stripe.com/api/metadata
 */
export function parseCallerMetadata(given: unknown, reserved: readonly string[]): StripeMetadata {
  const entries = readEntries(given);
  const metadata: StripeMetadata = {};
  for (const [key, value] of entries) {
    // guard: reserved metadata keys are refused
    // guard (if reserved.some((name) => name === key.trim())): reserved metadata keys are refused in any letter case
    // guard (receiver of trim): reserved metadata keys are refused with spaces around them
    if (reserved.some((name) => name.toLowerCase() === key.trim().toLowerCase())) {
      throw new ReservedMetadataError(
        "metadata must not contain the key that names the tenant; only this library writes it.",
      );
    }
    // guard (operand 1): metadata keys are short and hold no brackets
    // guard (operand 2): metadata keys are no names of every object's
    if (!/^[^[\]]{1,40}$/.test(key) || key in Object.prototype) {
      throw new InvalidArgumentError("metadata keys must have 1 to 40 characters and no brackets.");
    }
    // guard: metadata values are short texts
    if (value !== null && (typeof value !== "string" || value.length > 500)) {
      throw new InvalidArgumentError(
        "metadata values must be strings of at most 500 characters, or null to remove a key. Write numbers as strings.",
      );
    }
    if (!WELL_FORMED.test(key) || !WELL_FORMED.test(value ?? "")) {
      throw new InvalidArgumentError(`metadata must be valid strings. ${ILL_FORMED}`);
    }
    metadata[key] = value ?? "";
  }
  return metadata;
}

function readEntries(given: unknown): [string, unknown][] {
  try {
    // guard (if true): metadata is a plain object
    if (isPlainObject(given)) return readFewEntries(given);
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw error;
    throw new InvalidArgumentError("metadata could not be read.", { cause: error });
  }
  // A Map, for one, has no properties of its own: its entries would be lost without a word.
  throw new InvalidArgumentError("metadata must be a plain object of strings.");
}

/** Stripe allows 50 keys, and this package adds up to two of its own to one object. */
const MOST_KEYS = 48;
const TOO_MANY = "metadata may have at most 48 keys: Stripe allows 50, and this library adds up to two.";

/** Counts the keys before it reads a value. */
function readFewEntries(given: object): [string, unknown][] {
  // guard: metadata leaves room for this package's keys
  if (Object.keys(given).length > MOST_KEYS) throw new InvalidArgumentError(TOO_MANY);
  return Object.entries(given);
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
