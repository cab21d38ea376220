import { describe, expect, it, vi } from "vitest";
import { InvalidArgumentError } from "../../src/index.js";
import { previewInvoice } from "../../src/selling/preview-invoice.js";
import { partialScope } from "../tenancy/scope/partial-scope.js";

const previewChange = (write: () => Promise<unknown>) =>
  previewInvoice(partialScope({ write }), { customer: "cus_1" }, "a step");
const failing = (error: unknown) => previewChange(() => Promise.reject(error));

describe("a preview", () => {
  it("is what Stripe would bill, asked for once and under no key of the caller's", async () => {
    const write = vi.fn(async () => ({ id: "upcoming_in_1" }));
    expect(await previewChange(write)).toEqual({ id: "upcoming_in_1" });
    expect(write.mock.calls).toEqual([
      ["POST /v1/invoices/create_preview", {}, { customer: "cus_1" }, undefined, "a step"],
    ]);
  });

  it("is nothing where Stripe says that no invoice will come", async () => {
    const none = new InvalidArgumentError("Refused.", { cause: { code: "invoice_upcoming_none" } });
    expect(await failing(none)).toBeUndefined();
  });

  it.each([
    new InvalidArgumentError("Refused.", { cause: { code: "parameter_missing" } }),
    new InvalidArgumentError("Refused.", { cause: {} }),
    new InvalidArgumentError("Refused.", { cause: null }),
    new InvalidArgumentError("Refused.", { cause: "invoice_upcoming_none" }),
    new InvalidArgumentError("Refused."),
    new RangeError("A mistake.", { cause: { code: "invoice_upcoming_none" } }),
    undefined,
  ])("hands on every other failure: %s", async (error) => {
    await expect(failing(error)).rejects.toBe(error);
  });
});
