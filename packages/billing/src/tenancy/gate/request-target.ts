import { IsolationError } from "../../errors.js";
import type { StripeCall } from "../../stripe/calls.js";
import type { StripeRequest } from "../../stripe/send.js";
import { RULES } from "./rules.js";

export type RequestTarget = Pick<StripeRequest, "call" | "method" | "path">;

/**
 * Where a call of the table goes. Ids are put into the path as they are: every one of them is letters, digits,
 * underscores and hyphens.
 *
 * @throws IsolationError for any other call or id.
 */
export function requestTarget(call: StripeCall, ids: object): RequestTarget {
  // guard (if true): only calls of the table are sent
  const [method, template = ""] = Object.hasOwn(RULES, call) ? call.split(" ") : [];
  if (method !== "GET" && method !== "POST" && method !== "DELETE") {
    throw new IsolationError("A request was asked for that this package does not know.");
  }
  const parts = template
    .split("/")
    .map((part) => (part.startsWith("{") ? idFor(call, part.slice(1, -1), ids) : part));
  return { call, method, path: parts.join("/") };
}

function idFor(call: StripeCall, name: string, ids: object): string {
  const id: unknown = Object.hasOwn(ids, name) ? ids[name as keyof typeof ids] : undefined; // a key of its own
  // guard (operand 2): an id in a path is well-formed
  if (typeof id === "string" && /^[\w-]+$/.test(id)) return id;
  throw new IsolationError(`${call} needs a well-formed ${name} id.`);
}
