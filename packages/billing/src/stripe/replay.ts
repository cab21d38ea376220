/**
 * Whether Stripe gave an answer again that it had stored under the request's idempotency key, so that it may be out of
 * date. True as well where the client does not say.
 */
export function isReplay(answer: object): boolean {
  const headers = fieldOf(fieldOf(answer, "lastResponse"), "headers");
  return typeof headers !== "object" || isSaidToBeReplay(answer);
}

/** Whether Stripe said that it gave a stored answer again. False where the client does not say. */
export function isSaidToBeReplay(answer: object): boolean {
  const headers = fieldOf(fieldOf(answer, "lastResponse"), "headers");
  return fieldOf(headers, "idempotent-replayed") === "true";
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
