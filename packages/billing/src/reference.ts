import type * as z from "zod/mini";
import { text } from "./input.js";

const REFERENCE = /^[A-Za-z0-9][\w.:@/+=-]{0,199}$/;

/** The field for a tenant's own reference for a customer. */
export function referenceField(): z.ZodMiniString {
  return text(
    "reference must be 1 to 200 letters, digits, and _ . : @ / + = - after a letter or digit.",
    REFERENCE,
  );
}

export function isReference(value: unknown): value is string {
  return typeof value === "string" && REFERENCE.test(value);
}
