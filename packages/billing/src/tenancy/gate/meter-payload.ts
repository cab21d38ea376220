import { isObjectId } from "../../stripe/object-id.js";

/**
 * Tells if a meter event's payload reports usage of one customer of the tenant.
 *
 * Each meter defines the key that names its customer, so any value could be it. Therefore exactly one value must be a
 * customer id, and every other a whole number.
 */
export function isUsageOf(payload: unknown, owns: (customerId: string) => boolean): boolean {
  if (typeof payload !== "object" || payload === null) return false;
  const [customerId, ...others] = Object.values(payload).filter((value) => !isWholeNumber(value));
  return (
    others.length === 0 && // guard (operand 1): usage names nobody under a second key
    typeof customerId === "string" &&
    isObjectId("customer", customerId) && // guard: usage names a customer
    owns(customerId) // guard: usage is of a proved customer
  );
}

function isWholeNumber(value: unknown): boolean {
  // guard (pattern /\d{1,15}$/): a number is nothing but digits
  return typeof value === "string" && /^-?\d{1,15}$/.test(value);
}
