import { describe, expect, it } from "vitest";
import { ConfigurationError, StripeBillingService } from "../src/index.js";

describe("the key of a service", () => {
  it.each([
    [
      { secretKey: undefined },
      "secretKey is undefined. Check that the environment variable it is read from is set.",
    ],
    [{}, "Give secretKey, or stripe with a client of your own."],
    [
      { secretKey: "sk_test_12345678", stripe: { rawRequest: async () => ({}) } },
      "Give either secretKey or stripe, not both.",
    ],
  ])("is refused in one sentence: %o", (config, sentence) => {
    expect(() => new StripeBillingService(config)).toThrow(new ConfigurationError(sentence));
  });
});

describe("a key that is none of Stripe's secret keys", () => {
  it.each([
    ["", "an empty string"],
    ["pk_test_12345678", "a publishable key, which only browsers use"],
    ["sk_test_12345678\n", "a key with white space around it"],
    ["sk_org_test_12345678", "an organization's key, which is not supported"],
    ["sk_live_", "incomplete"],
    ["whsec_12345678", "another string"],
    [Object("sk_test_12345678"), "an object"],
  ])("is told apart, and not shown: %j", (secretKey, kind) => {
    expect(() => new StripeBillingService({ secretKey })).toThrow(
      `secretKey must be a secret or restricted Stripe key, such as "sk_test_…" or "rk_live_…", and it is ${kind}.`,
    );
  });

  it("is not excused by a mode that contradicts it", () => {
    expect(() => new StripeBillingService({ secretKey: "sk_live_12345678", mode: "test" })).toThrow(
      'secretKey is a live key, and mode is "test". Use a test key here, or correct mode.',
    );
  });
});

describe("the settings of ownership", () => {
  const secretKey = "sk_test_12345678";

  it.each([0, 0.5, 30, 300])("remember a proof for %d seconds", (rememberSeconds) => {
    expect(() => new StripeBillingService({ secretKey, ownership: { rememberSeconds } })).not.toThrow();
  });

  it.each([-1, 300.1, 301, Number.NaN, Number.POSITIVE_INFINITY, "30", null])(
    "refuse to remember one for %o seconds",
    (rememberSeconds) => {
      const ownership = { rememberSeconds } as never; // hostile values are of no type that it takes
      expect(() => new StripeBillingService({ secretKey, ownership })).toThrow(
        new ConfigurationError("ownership.rememberSeconds must be a number from 0 to 300."),
      );
    },
  );

  it.each(["yes", 1, null])("refuse to trust it in writes as %o", (trustInWrites) => {
    const ownership = { trustInWrites } as never; // as above
    expect(() => new StripeBillingService({ secretKey, ownership })).toThrow(
      new ConfigurationError("ownership.trustInWrites must be true or false."),
    );
  });

  it("refuse a name that they do not know", () => {
    const ownership = { rememberMs: 5 } as never; // as above
    expect(() => new StripeBillingService({ secretKey, ownership })).toThrow(/rememberMs/);
  });
});
