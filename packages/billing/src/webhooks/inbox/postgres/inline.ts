import type { Statement } from "./database.js";

/**
 * Writes a statement's values into its text, for a message of several statements, which can have no values beside it.
 * What is not plainly harmless is written as its code, so no value can be taken for SQL, whatever the settings are.
 */
export function inline({ text, values }: Statement): string {
  return text.replace(/\$(\d+)/g, (_, position) => toLiteral(values[Number(position) - 1]));
}

function toLiteral(value: string | number | null | undefined): string {
  if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
  if (value === null) return "NULL";
  if (typeof value !== "string") throw new TypeError("A statement lacks a value.");
  if (PLAIN.test(value)) return `'${value}'`;
  // As a client encodes half of a surrogate pair.
  const wellFormed = value.replace(/\p{Surrogate}/gu, "\ufffd");
  const escaped = wellFormed.replace(
    /[^A-Za-z0-9_:.-]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `E'${escaped}'`;
}

/** What ids and tokens are made of. */
const PLAIN = /^[A-Za-z0-9_:.-]*$/;
