import { describe, expect, it } from "vitest";
import { refusal, startLocal } from "./support/local.js";

// stripe 23.1.0, resources/Customers.js: the first object is sent as parameters, whatever its keys are.
describe("options of the SDK in the place of parameters", () => {
  it.each([
    ["idempotencyKey", { idempotencyKey: "order-1" }],
    ["stripeAccount", { stripeAccount: "acct_1" }],
    ["timeout", { timeout: 1000 }],
    ["maxNetworkRetries", { maxNetworkRetries: 2 }],
  ])("are refused as an unknown parameter: %s", async (param, options) => {
    const { stripe } = await startLocal();
    const misplaced = { name: "Ada", ...options };
    const error = await refusal(stripe.customers.create(misplaced));
    expect(error).toMatchObject({ statusCode: 400, code: "parameter_unknown", param });
    expect((await stripe.customers.list()).data).toEqual([]);
  });
});
