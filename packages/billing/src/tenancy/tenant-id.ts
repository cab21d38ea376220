import { describeKind } from "../describe-kind.js";
import { TenantContextError } from "../errors.js";

/** The form of a tenant id: printable, without quotes or spaces, so that it means the same in metadata, search and logs. */
// guard (pattern /^[A-Za-z0-9_.:*-]{0,255}$/): a tenant id begins with a letter or digit
// guard (pattern /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,254}/): a tenant id has an end
const TENANT_ID = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,254}$/;

/** @throws TenantContextError that says what a tenant id looks like and what is wrong, never the whole that was given. */
export function parseTenantId(value: unknown): string {
  if (isTenantId(value)) return value;
  throw new TenantContextError(
    "A tenant id is a string of 1 to 255 letters, digits, and _ . : - that begins with a letter or digit." +
      explainTenantId(value),
  );
}

function explainTenantId(value: unknown): string {
  if (typeof value === "number") return " This one is a number: pass it as a string.";
  if (typeof value !== "string" || value === "") return ` This one is ${describeKind(value)}.`;
  return ` This one ${findFault(value)}: encode it, or use another key of the tenant's.`;
}

function findFault(text: string): string {
  if (text.length > 255) return "is longer";
  const [wrong] = /[^A-Za-z0-9_.:-]/u.exec(text) ?? [];
  if (wrong === undefined) return `begins with "${text.slice(0, 1)}"`;
  if (wrong === " ") return "has a space";
  return /^[!-~]$/.test(wrong)
    ? `has the character ${JSON.stringify(wrong)}`
    : "has a character of another kind";
}

export function isTenantId(value: unknown): value is string {
  // guard (operand 2): a tenant id is a text of the allowed form; guard (operand 1): a tenant id is a text
  return typeof value === "string" && TENANT_ID.test(value);
}
