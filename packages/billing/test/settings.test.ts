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
