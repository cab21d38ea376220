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
