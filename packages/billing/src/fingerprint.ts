import { sha256Hex } from "./sha256.js";

/** Hashes an object; the order of its keys makes no difference. */
export function takeFingerprint(content: object): string {
  return sha256Hex(canonicalJson(content));
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
