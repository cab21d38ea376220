import { startLocalStripe } from "@repo/local-stripe";
import { describe, expect, it } from "vitest";
import { Deadline } from "../../src/deadline.js";
import type { StripeRequest } from "../../src/stripe/send.js";
import { sdkFor } from "../stripe-world.js";
import { READ, sendOnce, WRITE } from "./scripted-stripe.js";

const CUSTOMERS = { path: "/v1/customers", params: { tax: { ip_address: "192.0.2.1" } } };
const CREDIT_NOTE = {
  call: "GET /v1/credit_notes/{credit_note}",
  path: "/v1/credit_notes/cn_1",
  params: {},
} as const;

/** What local-stripe does not implement, asked for by the real SDK. */
describe("what the local server does not implement", () => {
  it.each<[string, StripeRequest, string]>([
    ["a parameter of a write", { ...WRITE, ...CUSTOMERS }, 'the parameter "tax"'],
    ["a call", { ...READ, ...CREDIT_NOTE }, "what this request needs"],
  ])("is told at once as just that, and not as an unknown outcome: %s", async (_what, request, lacking) => {
    await using local = await startLocalStripe();
    const failed = sendOnce(sdkFor(local), request, new Deadline(5000));
    await expect(failed).rejects.toMatchObject({
      name: "NotImplementedError",
      retryable: false,
      message: expect.stringContaining(lacking),
    });
    expect(local.requests).toHaveLength(1);
  });
});
