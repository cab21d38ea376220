import type { TenantUnderTest } from "./attacked-methods.js";

/** Resolves to a description of the problem, or to an empty string. */
export type FindProblem = () => Promise<string>;

/** Checks that a call is answered. */
export async function checkAnswered(call: () => PromiseLike<unknown>): Promise<string> {
  const outcome = await settle(call);
  return "answer" in outcome ? "" : `was refused: ${errorName(outcome.error)}`;
}

/** Checks that a call is refused with one of the codes, and that its error reveals nothing of the tenant. */
export async function checkRefused(
  call: () => PromiseLike<unknown>,
  codes: readonly string[],
  { tenantId, customerId, subscriptionId, invoiceId, paymentMethodId }: TenantUnderTest,
): Promise<string> {
  const outcome = await settle(call);
  if ("answer" in outcome) return "succeeded";
  const { error } = outcome;
  if (!codes.includes(String(readFields(error)["code"])))
    return `was refused with the wrong error: ${errorName(error)}`;
  const text = toText(error);
  const revealed = [tenantId, customerId, subscriptionId, invoiceId, paymentMethodId].filter(
    (name) => name !== undefined && text.includes(name),
  );
  return revealed.length === 0 ? "" : `the error reveals ${revealed.join(", ")}`;
}

/** Checks that two refused calls cannot be told apart by their errors. */
export async function checkAlike(
  call: () => PromiseLike<unknown>,
  control: () => PromiseLike<unknown>,
): Promise<string> {
  const [asked, missed] = [await settle(call), await settle(control)];
  if ("answer" in asked || "answer" in missed) return "succeeded";
  return toText(asked.error) === toText(missed.error)
    ? ""
    : "an existing id and a missing one can be told apart";
}

/** Checks one value after another, and stops at the first with a problem. */
export async function findFirstProblem<T>(
  values: readonly T[],
  find: (value: T) => Promise<string>,
): Promise<string> {
  for (const value of values) {
    const problem = await find(value);
    if (problem !== "") return `${JSON.stringify(value)} ${problem}`;
  }
  return "";
}

async function settle(call: () => PromiseLike<unknown>): Promise<{ answer: unknown } | { error: unknown }> {
  try {
    return { answer: await call() };
  } catch (error) {
    return { error };
  }
}

/** Everything of an error that an application could pass on. */
function toText(error: unknown): string {
  const { message } = error instanceof Error ? error : { message: String(error) };
  return `${errorName(error)} ${message} ${JSON.stringify(readFields(error))}`;
}

/** The name of an error; the kind of what is none. */
export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

/** Reads fields by name, because the service may come from another copy of this package. */
function readFields(error: unknown): Readonly<Record<string, unknown>> {
  return typeof error === "object" && error !== null ? { ...error } : {};
}
