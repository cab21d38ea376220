import { randomBytes } from "node:crypto";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Letters and digits that nobody can guess. */
export function randomText(length: number): string {
  let text = "";
  while (text.length < length) {
    const byte = nextByte();
    // Bytes past the last full round of the alphabet would make its first letters likelier.
    if (byte < 248) text += ALPHABET[byte % 62];
  }
  return text;
}

/** Random bytes ahead of their use: asking for a few at a time took most of the time that an id takes. */
let pool = Buffer.alloc(0);
let used = 0;

function nextByte(): number {
  if (used === pool.length) {
    pool = randomBytes(4096);
    used = 0;
  }
  const byte = pool.readUInt8(used);
  used += 1;
  return byte;
}

/** An id such as Stripe makes: `cus_` and fourteen letters, or the longer form that starts with a 1. */
export function newId(prefix: string, form: "short" | "long" = "long"): string {
  return form === "short" ? `${prefix}_${randomText(14)}` : `${prefix}_1${randomText(23)}`;
}
