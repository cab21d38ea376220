/** The version of Stripe's API that answered. The SDK keeps it beside the answer; clients of another make may not. */
export function readApiVersion(answer: object): string | undefined {
  const last: unknown = Reflect.get(answer, "lastResponse");
  const version: unknown =
    typeof last === "object" && last !== null ? Reflect.get(last, "apiVersion") : undefined;
  return typeof version === "string" ? version : undefined;
}
