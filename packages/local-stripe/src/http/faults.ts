import { ApiError } from "../api-error.js";
import {
  type Check,
  checkOptionsOfKind,
  isAccountId,
  isOneOf,
  isTimerMs,
  isWhole,
  requireOptions,
} from "../check-options.js";

/** The requests that a fault applies to. A field that is left out matches every request. */
export interface FaultTarget {
  readonly method?: "GET" | "POST" | "DELETE" | undefined;
  /** The whole path, or a pattern that it matches. */
  readonly path?: string | RegExp | undefined;
  readonly account?: string | undefined;
}

export type RateLimitReason =
  | "global-rate"
  | "global-concurrency"
  | "endpoint-rate"
  | "endpoint-concurrency"
  | "resource-specific";

/**
 * A failure to simulate. `before` (the default): nothing is done. `after`: the request takes effect and only its answer is
 * lost; a replay with its idempotency key then shows the failure too.
 */
export type Fault =
  | { readonly kind: "rate_limit"; readonly reason?: RateLimitReason | undefined }
  | { readonly kind: "lock_timeout" }
  | { readonly kind: "conflict" }
  | {
      readonly kind: "server_error";
      readonly when?: "before" | "after" | undefined;
      readonly status?: 500 | 502 | 503 | 504 | undefined;
    }
  /** The connection is reset without an answer. */
  | { readonly kind: "reset"; readonly when?: "before" | "after" | undefined }
  /** No answer ever comes, until the client gives up. */
  | { readonly kind: "stall"; readonly when?: "before" | "after" | undefined }
  /** Takes effect and sends half of the answer: `"json"` ends it as if complete, `"connection"` closes the connection. */
  | { readonly kind: "truncated"; readonly by?: "json" | "connection" | undefined }
  /** Delays the request. A second one with its idempotency key is a conflict meanwhile. */
  | { readonly kind: "latency"; readonly milliseconds: number };

export type PlannedFault = Fault &
  FaultTarget & {
    /** The number of matching requests that fail. Default 1. */
    readonly times?: number | undefined;
    /** The number of matching requests that succeed first. Default 0. */
    readonly after?: number | undefined;
  };

const TARGET = {
  method: isOneOf("GET", "POST", "DELETE"),
  path: isPath,
  account: isAccountId,
  times: isWhole(1),
  after: isWhole(0),
};
const WHEN = { when: isOneOf("before", "after") };

/** The options of each kind of fault, beside those that select the requests. */
const KINDS: { readonly [Kind in Fault["kind"]]: Readonly<Record<string, Check>> } = {
  rate_limit: {
    reason: isOneOf(
      "global-rate",
      "global-concurrency",
      "endpoint-rate",
      "endpoint-concurrency",
      "resource-specific",
    ),
  },
  lock_timeout: {},
  conflict: {},
  server_error: { ...WHEN, status: isOneOf(500, 502, 503, 504) },
  reset: WHEN,
  stall: WHEN,
  truncated: { by: isOneOf("json", "connection") },
  latency: { milliseconds: isTimerMs(0) },
};

/** A misspelled option would plan a fault that never happens, and the test would pass without it. */
function checkFault(fault: PlannedFault): void {
  checkOptionsOfKind("faults.add", fault, KINDS, TARGET);
  if (fault.kind !== "latency") return;
  requireOptions('faults.add with the kind "latency"', fault, ["milliseconds"]);
}

function isPath(value: unknown): string | undefined {
  const isWhole = typeof value === "string" && /^\/v[12]\//.test(value);
  return isWhole || value instanceof RegExp
    ? undefined
    : "a path such as /v1/customers, or a regular expression";
}

interface Plan {
  readonly fault: PlannedFault;
  toSkip: number;
  left: number;
}

/** The planned faults, in the order in which they were added. */
export class Faults {
  #plans: Plan[] = [];

  /** Plans a fault. Returns a function that removes the plan. */
  add(fault: PlannedFault): () => void {
    checkFault(fault);
    const plan: Plan = { fault, toSkip: fault.after ?? 0, left: fault.times ?? 1 };
    this.#plans.push(plan);
    return () => {
      this.#plans = this.#plans.filter((one) => one !== plan);
    };
  }

  clear(): void {
    this.#plans = [];
  }

  /** Finds the first planned fault that matches the request, and counts it as used. */
  take(request: {
    readonly method: string;
    readonly path: string;
    readonly account: string;
  }): Fault | undefined {
    for (const plan of this.#plans) {
      if (!isMet(plan.fault, request)) continue;
      if (plan.toSkip > 0) {
        plan.toSkip -= 1;
        continue;
      }
      plan.left -= 1;
      if (plan.left <= 0) this.#plans = this.#plans.filter((one) => one !== plan);
      return plan.fault;
    }
    return undefined;
  }
}

/** The error that a fault answers with; `undefined` for faults that send no error. */
export function faultError(fault: Fault): ApiError | undefined {
  switch (fault.kind) {
    case "rate_limit":
      return new ApiError(
        429,
        "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.",
        { code: "rate_limit", headers: fault.reason ? { "Stripe-Rate-Limited-Reason": fault.reason } : {} },
      );
    case "lock_timeout":
      return new ApiError(
        429,
        "This object cannot be accessed right now because another API request or Stripe process is currently accessing it. If you see this error intermittently, retry the request. If you see this error frequently and are making multiple concurrent requests to a single object, make your requests serially or at a lower rate. For more details, see https://stripe.com/docs/rate-limits#object-lock-timeouts.",
        { code: "lock_timeout", headers: { "Stripe-Should-Retry": "true" } },
      );
    case "conflict":
      return new ApiError(
        409,
        "There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through). Please try again later.",
        { type: "idempotency_error", code: "idempotency_key_in_use" },
      );
    case "server_error":
      return new ApiError(fault.status ?? 500, "An error occurred internally with the Stripe API.", {
        type: "api_error",
      });
    default:
      return undefined;
  }
}

/** Tells whether the request takes effect in spite of the fault. */
export function hasEffect(fault: Fault | undefined): boolean {
  if (fault === undefined || fault.kind === "latency" || fault.kind === "truncated") return true;
  return "when" in fault && fault.when === "after";
}

function isMet(
  target: FaultTarget,
  request: { readonly method: string; readonly path: string; readonly account: string },
): boolean {
  const { method, path, account } = target;
  return (
    (method === undefined || method === request.method) &&
    (account === undefined || account === request.account) &&
    (path === undefined || (typeof path === "string" ? path === request.path : path.test(request.path)))
  );
}
