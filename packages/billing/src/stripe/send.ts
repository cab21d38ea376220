import { IndeterminateError } from "../errors.js";
import type { StripeClient } from "./client.js";
import { type Deadline, isLate } from "./deadline.js";
import type { IdempotencyKey } from "./idempotency.js";
import { translateError } from "./translate-error.js";

export interface StripeRequest {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** The connected account whose data this is; the platform's own when left out. */
  readonly account?: string | undefined;
  /** Stripe honours it on POST alone. */
  readonly idempotencyKey?: IdempotencyKey | undefined;
}

/**
 * Sends one request through the SDK, which signs, encodes bodies and retries it, and turns what can go wrong into this
 * package's errors.
 *
 * `rawRequest` is what the SDK's own methods rest on; going through it makes method, path and parameters plain data
 * that the gate has seen whole, and no option can end up among the parameters (the SDK drops it there without a word).
 */
export async function send(
  client: StripeClient,
  request: StripeRequest,
  deadline: Deadline,
): Promise<unknown> {
  const { method, params, account, idempotencyKey } = request;
  const options = {
    timeout: deadline.remainingMs(),
    ...(account === undefined ? {} : { stripeAccount: account }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey: idempotencyKey.atStripe }),
  };
  try {
    const body = method === "POST" ? { ...params } : undefined;
    const path = method === "POST" ? request.path : withQuery(request.path, params);
    const answer = await deadline.race(client.rawRequest(method, path, body, options));
    // The SDK takes any JSON without an `error` for Stripe's answer, even what a proxy says when Stripe is down.
    if (typeof answer !== "object" || answer === null || !("object" in answer)) throw new NoAnswer();
    return answer;
  } catch (error) {
    if (!isLate(error)) throw translateError(error, request);
    throw method === "GET" ? error : outcomeUnknown(error, idempotencyKey);
  }
}

class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

/** For a write whose time was over before it was known to have ended. */
export function outcomeUnknown(late: unknown, key: IdempotencyKey | undefined): IndeterminateError {
  return new IndeterminateError(
    "The call ended while the change was being made, so its outcome is unknown. Retry with the same idempotency key.",
    { cause: late, ...(key === undefined ? {} : { idempotencyKey: key.ofCaller }) },
  );
}

function withQuery(path: string, params: Readonly<Record<string, unknown>>): string {
  const query = [...fields(params)].map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
  return query === "" ? path : `${path}?${query}`;
}

/** Stripe's form encoding as the SDK writes it: brackets for nesting, indexes for arrays, empty for null. */
function* fields(params: Readonly<Record<string, unknown>>, parent = ""): Generator<[string, string]> {
  for (const [key, value] of Object.entries(params)) {
    const name = parent === "" ? encodeURIComponent(key) : `${parent}[${encodeURIComponent(key)}]`;
    if (value === undefined) continue;
    if (typeof value === "object" && value !== null) yield* fields({ ...value }, name);
    else if (typeof value === "string") yield [name, value];
    else yield [name, value === null ? "" : JSON.stringify(value)];
  }
}
