import { describe, expect, it } from "vitest";
import * as errors from "../src/errors.js";
import { BillingError, type BillingErrorOptions, isBillingError } from "../src/errors.js";

/** What an application may switch on, log and alert by, so that none of it changes unnoticed. */
const WORDS: Readonly<Record<string, { readonly code: string; readonly retryable?: true }>> = {
  AbortedError: { code: "aborted" },
  AccountMismatchError: { code: "account_mismatch" },
  AuthenticationError: { code: "authentication" },
  ConfigurationError: { code: "configuration" },
  ConflictError: { code: "conflict" },
  DeadlineError: { code: "deadline", retryable: true },
  DirectoryUnavailableError: { code: "directory_unavailable", retryable: true },
  IndeterminateError: { code: "indeterminate", retryable: true },
  InvalidArgumentError: { code: "invalid_argument" },
  IsolationError: { code: "isolation" },
  ModeMismatchError: { code: "mode_mismatch" },
  NotFoundError: { code: "not_found" },
  NotImplementedError: { code: "not_implemented" },
  PaymentRequiredError: { code: "payment_required" },
  PermissionError: { code: "permission" },
  PortalNotConfiguredError: { code: "portal_not_configured" },
  RateLimitedError: { code: "rate_limited", retryable: true },
  ReservedMetadataError: { code: "reserved_metadata" },
  ReturnUrlNotAllowedError: { code: "return_url_not_allowed" },
  StripeUnavailableError: { code: "stripe_unavailable", retryable: true },
  TenantContextError: { code: "tenant_context" },
  WebhookPayloadError: { code: "webhook_payload" },
  WebhookSignatureError: { code: "webhook_signature" },
};

type ErrorClass = new (message: string, options: BillingErrorOptions) => BillingError;

const CLASSES = Object.entries(errors).flatMap(([name, value]) =>
  // Every class here but the base is made in the same way.
  name.endsWith("Error") && name !== "BillingError" && name !== "isBillingError"
    ? [[name, value as unknown as ErrorClass] as const]
    : [],
);

describe("the errors", () => {
  it("are these", () => {
    expect(CLASSES.map(([name]) => name).sort()).toEqual(Object.keys(WORDS));
  });

  it.each(CLASSES)("%s is known by its name and code, and keeps what it is given", (name, Failure) => {
    const cause = new Error("the cause");
    const error = new Failure("It failed.", { cause, requestId: "req_1" });
    const { code, retryable = false } = WORDS[name] ?? { code: "none" };
    expect(error).toMatchObject({ name, code, retryable, message: "It failed.", requestId: "req_1", cause });
    expect(error.toJSON()).toEqual({ name, code, retryable, message: "It failed.", requestId: "req_1" });
    expect(String(error)).toBe(`${name}: It failed.`);
    expect(isBillingError(error)).toBe(true);
  });

  it("have no cause and no request id where there is none", () => {
    const error = new errors.NotFoundError("It is not there.");
    expect("cause" in error).toBe(false);
    expect(error.requestId).toBeUndefined();
    expect(Object.keys(error.toJSON())).toEqual(["name", "code", "message", "retryable"]);
  });

  it("are told from others'", () => {
    for (const other of [new Error("billing"), { code: "not_found" }, undefined, null, "not_found"]) {
      expect(isBillingError(other)).toBe(false);
    }
    expect(new errors.ConflictError("", {})).toBeInstanceOf(BillingError);
  });
});
