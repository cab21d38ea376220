import { isObjectId } from "../../stripe/object-id.js";

/**
 * Whether a meter event's payload tells the usage of one customer that is the tenant's.
 *
 * The key under which a meter looks for its customer is a setting of the meter's, so any value may be the one that it
 * takes: one of them is the customer, and every other a whole number, which is no customer's id.
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
