import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { runInNewContext } from "node:vm";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import * as errors from "../src/errors.js";
import { BillingError, type BillingErrorOptions, isBillingError } from "../src/errors.js";
import { toProblemResponse } from "../src/problem-response.js";

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

interface ErrorClass {
  new (message: string, options: BillingErrorOptions): BillingError;
  readonly code: string;
  is(error: unknown): boolean;
}

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
    expect(CLASSES.filter(([, Other]) => Other.is(error)).map(([other]) => other)).toEqual([name]);
    expect(Failure.code).toBe(code);
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

describe("an error of another copy of this package", () => {
  /** Loads the sources once more, in a realm of its own: even its `Error` is another. */
  const copy: typeof errors = loadAgain("errors.js");

  it("is none by instanceof, and is one by its class's `is`", () => {
    const theirs = new copy.NotFoundError("It is not there.");
    expect(theirs).not.toBeInstanceOf(BillingError);
    expect(theirs).not.toBeInstanceOf(Error);
    expect(isBillingError(theirs)).toBe(true);
    expect(BillingError.is(theirs)).toBe(true);
    expect(errors.NotFoundError.is(theirs)).toBe(true);
    expect(errors.ConflictError.is(theirs)).toBe(false);
  });

  it("is answered as one of this copy", async () => {
    const answer = toProblemResponse(new copy.NotFoundError("It is not there."));
    expect([answer.status, await answer.json()]).toMatchObject([404, { detail: "It is not there." }]);
  });

  it("is the server's fault where this copy is older and does not know its code", async () => {
    class LaterError extends copy.BillingError {
      readonly code = "of_a_later_version";
    }
    const answer = toProblemResponse(new LaterError("It is new."));
    expect([answer.status, await answer.json()]).toEqual([
      500,
      {
        type: "about:blank",
        title: "Internal Server Error",
        status: 500,
        code: "of_a_later_version",
        retryable: false,
      },
    ]);
  });
});

function loadAgain(file: string) {
  const source = readFileSync(resolve(import.meta.dirname, "../src", file.replace(/js$/, "ts")), "utf8");
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
  const exports = {};
  runInNewContext(ts.transpileModule(source, { compilerOptions }).outputText, {
    exports,
    require: (name: string) => loadAgain(name),
  });
  // Compiled from the file whose type this is.
  return exports as typeof errors;
}
