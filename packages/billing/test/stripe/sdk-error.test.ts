import { describe, expect, it } from "vitest";
import {
  hasNoOutcome,
  isBusy,
  isRateLimited,
  readSdkError,
  wasTurnedAway,
  word,
} from "../../src/stripe/sdk-error.js";

const NOTHING = {
  failure: {
    type: "Error",
    statusCode: undefined,
    code: undefined,
    declineCode: undefined,
    param: undefined,
  },
  rawType: undefined,
  isStripes: false,
  adviceCode: undefined,
  requestId: undefined,
  message: "",
  shouldRetry: undefined,
  retryAfterMs: 0,
  wasRepeated: false,
};

describe("what is read of an error of the SDK", () => {
  it("is its words and numbers, in names of ours", () => {
    const error = Object.assign(new Error("what Stripe says"), {
      type: "StripeCardError",
      statusCode: 402,
      code: "card_declined",
      decline_code: "insufficient_funds",
      param: "items[0][price]",
      rawType: "card_error",
      advice_code: "try_again_later",
      requestId: "req_1",
      headers: { "retry-after": "2", "stripe-should-retry": "true" },
      payment_intent: { id: "pi_1" },
    });
    const read = readSdkError(error);
    expect(read).toEqual({
      failure: {
        type: "StripeCardError",
        statusCode: 402,
        code: "card_declined",
        declineCode: "insufficient_funds",
        param: "items[0][price]",
      },
      rawType: "card_error",
      isStripes: true,
      adviceCode: "try_again_later",
      requestId: "req_1",
      message: "what Stripe says",
      shouldRetry: true,
      retryAfterMs: 2_000,
      wasRepeated: false,
    });
    expect(Object.isFrozen(read.failure)).toBe(true);
  });

  it.each([
    ["nothing", undefined],
    ["null", null],
    ["a text", "StripeCardError"],
    ["an empty object", {}],
    ["fields that are no words", { type: 7, code: "two words", param: "", requestId: {}, statusCode: "402" }],
    ["headers that are none", { headers: "retry-after: 2" }],
    ["no detail", { detail: null }],
  ])("is nothing of %s", (_, error) => expect(readSdkError(error)).toEqual(NOTHING));

  it.each([
    ["1", 1_000],
    ["999999", 999_999_000],
    ["1000000", 0],
    ["1.5", 0],
    ["-1", 0],
    ["1 second", 0],
    ["in 1", 0],
    ["", 0],
    [1, 0],
    [undefined, 0],
  ])("asks for no other pause than %j seconds", (retryAfter, retryAfterMs) => {
    expect(readSdkError({ headers: { "retry-after": retryAfter } })).toEqual({ ...NOTHING, retryAfterMs });
  });

  it.each([
    ["true", true],
    ["false", false],
    ["yes", undefined],
    [true, undefined],
  ])("wants another try when Stripe says %j", (said, shouldRetry) => {
    expect(readSdkError({ headers: { "stripe-should-retry": said } })).toEqual({ ...NOTHING, shouldRetry });
  });

  it("was sent twice where its connection was closed before an answer", () => {
    for (const code of ["ECONNRESET", "EPIPE"]) {
      expect(readSdkError({ detail: { code } }).wasRepeated).toBe(true);
      expect(readSdkError({ detail: { code }, requestId: "req_1" }).wasRepeated).toBe(false);
    }
    expect(readSdkError({ detail: { code: "ECONNREFUSED" } }).wasRepeated).toBe(false);
  });
});

describe("whose an error's body is", () => {
  it.each([
    "api_error",
    "authentication_error",
    "card_error",
    "idempotency_error",
    "invalid_request_error",
    "rate_limit_error",
  ])("is Stripe's by the type %s", (rawType) => {
    expect(readSdkError({ rawType })).toMatchObject({ isStripes: true });
  });

  it.each([undefined, "timeout", "invalid_client", "Card_error", 7])(
    "is a gateway's by the type %s",
    (rawType) => {
      expect(readSdkError({ rawType, code: "not_found" })).toMatchObject({ isStripes: false });
    },
  );

  it("is Stripe's in v2 by a code alone", () => {
    expect(readSdkError({ code: "not_found" }, "/v2/core/accounts/acct_1")).toMatchObject({
      isStripes: true,
    });
    expect(readSdkError({}, "/v2/core/accounts/acct_1")).toMatchObject({ isStripes: false });
    expect(readSdkError({ code: "not_found" }, "/v1/v2/")).toMatchObject({ isStripes: false });
  });

  it.each([400, 401, 402, 403, 404, 409, 429])(
    "that is no Stripe's says nothing by its status %s",
    (statusCode) => {
      const failed = readSdkError({ statusCode, code: statusCode === 400 ? "rate_limit" : "lock_timeout" });
      expect(hasNoOutcome(failed)).toBe(true);
      expect([wasTurnedAway(failed), isRateLimited(failed), isBusy(failed)]).toEqual([false, false, false]);
    },
  );
});

describe("what a status says", () => {
  const rawType = "invalid_request_error";
  const failed = (statusCode: number | undefined, code?: string) =>
    readSdkError({ statusCode, code, rawType });

  it.each([undefined, 200, 302, 500, 503, 599, 408, 421, 424, 425, 499])(
    "%s leaves open what became of the request",
    (status) => {
      expect(hasNoOutcome(failed(status))).toBe(true);
      expect(wasTurnedAway(failed(status))).toBe(false);
    },
  );

  it.each([401, 403, 409, 429])("%s turns the request away", (status) => {
    expect(wasTurnedAway(failed(status))).toBe(true);
    expect(hasNoOutcome(failed(status))).toBe(false);
  });

  it("400 with the code rate_limit turns the request away, as 429 does", () => {
    // The SDK makes one class of both: stripe 23.1.0, Error.js, generateV1Error.
    const limited = readSdkError({ statusCode: 400, code: "rate_limit", rawType: "invalid_request_error" });
    expect(wasTurnedAway(limited)).toBe(true);
    expect(isRateLimited(limited)).toBe(true);
    expect(isRateLimited(failed(400, "parameter_invalid"))).toBe(false);
  });

  it.each([400, 402, 404, 423])("%s is an answer", (status) => {
    expect(hasNoOutcome(failed(status))).toBe(false);
    expect(wasTurnedAway(failed(status))).toBe(false);
    expect(isBusy(failed(status))).toBe(false);
  });

  it("409 and a lock are another request's, which ends", () => {
    expect(isBusy(failed(409))).toBe(true);
    expect(isBusy(failed(429, "lock_timeout"))).toBe(true);
    expect(isBusy(failed(429))).toBe(false);
  });
});

describe("a word", () => {
  it.each(["a", "items[0][price]", "rate-limit", "a.b", "x".repeat(100)])("may be %s", (text) => {
    expect(word(text)).toBe(text);
  });

  it.each(["", "two words", "a@b.example", "x".repeat(101), "line\n", "‽", 7, null, undefined])(
    "is not %j",
    (value) => expect(word(value)).toBeUndefined(),
  );
});
