import { IsolationError } from "../../errors.js";
import type { StripeRequest } from "../../stripe/send.js";
import { RULES } from "./rules.js";

export type RequestTarget = Pick<StripeRequest, "call" | "method" | "path">;

/**
 * Builds the method and path of a call. Ids need no encoding in the path: they are made of letters, digits, underscores
 * and hyphens only.
 *
 * @throws IsolationError for a call that is not in the table, or an id of another form.
 */
export function requestTarget(
  call: StripeRequest["call"],
  ids: object,
  table: object = RULES,
): RequestTarget {
  // guard (if true): only calls of the table are sent
  const [method, template = ""] = Object.hasOwn(table, call) ? call.split(" ") : [];
  if (method !== "GET" && method !== "POST" && method !== "DELETE") {
    throw new IsolationError(
      "The gate was given a call that is not in its table of rules. Please report this.",
    );
  }
  const parts = template
    .split("/")
    .map((part) => (part.startsWith("{") ? idFor(call, part.slice(1, -1), ids) : part));
  return { call, method, path: parts.join("/") };
}

function idFor(call: string, name: string, ids: object): string {
  const id: unknown = Object.hasOwn(ids, name) ? ids[name as keyof typeof ids] : undefined; // hasOwn proves the key
  // guard (operand 2): an id in a path is well-formed
  if (typeof id === "string" && /^[\w-]+$/.test(id)) return id;
  throw new IsolationError(`${call} needs a well-formed ${name} id.`);
}

/** The ids of a call whose path ends with its only one. */
export function onlyId(call: string, id: unknown): Readonly<Record<string, unknown>> {
  return { [call.slice(call.indexOf("{") + 1, -1)]: id };
}
