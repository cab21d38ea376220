import { randomBytes } from "node:crypto";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Letters and digits that nobody can guess. */
export function randomText(length: number): string {
  let text = "";
  while (text.length < length) {
    for (const byte of randomBytes(length * 2)) {
      // Bytes past the last full round of the alphabet would make its first letters likelier.
      if (byte < 248 && text.length < length) text += ALPHABET[byte % 62];
    }
  }
  return text;
}

/** An id such as Stripe makes: `cus_` and fourteen letters, or the longer form that starts with a 1. */
export function newId(prefix: string, form: "short" | "long" = "long"): string {
  return form === "short" ? `${prefix}_${randomText(14)}` : `${prefix}_1${randomText(23)}`;
}
