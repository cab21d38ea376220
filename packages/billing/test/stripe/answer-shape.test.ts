import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assertStripesAnswer } from "../../src/stripe/answer-shape.js";

const isTaken = (call: Parameters<typeof assertStripesAnswer>[0], answer: unknown): boolean => {
  try {
    assertStripesAnswer(call, answer);
    return true;
  } catch {
    return false;
  }
};

const LIST = { object: "list", data: [], has_more: false };

describe("the shape of an answer", () => {
  it.each([
    ["POST /v1/subscriptions", { id: "sub_1", object: "subscription" }],
    ["DELETE /v1/subscriptions/{subscription}", { id: "sub_1", object: "subscription" }],
    ["GET /v1/customers/{customer}", { id: "cus_1", object: "customer", deleted: true }],
    ["GET /v1/invoices/{invoice}/lines", LIST],
    ["GET /v1/customers/search", { ...LIST, object: "search_result" }],
    ["POST /v1/checkout/sessions/{session}/expire", { id: "cs_1", object: "checkout.session" }],
    ["GET /v2/core/accounts/{account}", { id: "acct_1", object: "v2.core.account" }],
    ["GET /v1/events", LIST],
    ["POST /v1/billing/meter_events", { identifier: "1", object: "billing.meter_event" }],
    ["POST /v1/invoices/create_preview", { object: "invoice" }],
  ] as const)("of %s is Stripe's", (call, answer) => {
    expect(isTaken(call, answer)).toBe(true);
    expect(isTaken(call, { ...answer, object: "balance" })).toBe(false);
    expect(isTaken(call, { ...answer, lastResponse: { statusCode: 200 } })).toBe(true);
    for (const statusCode of [199, 300, 404, 500]) {
      expect(isTaken(call, { ...answer, lastResponse: { statusCode } })).toBe(false);
    }
    for (const lastResponse of [null, "none", {}, { statusCode: "503" }]) {
      expect(isTaken(call, { ...answer, lastResponse })).toBe(true);
    }
  });

  it("of a list of version 2 has its objects and a link, and no kind", () => {
    const page = { data: [], next_page_url: null };
    expect(isTaken("GET /v2/core/events", page)).toBe(true);
    expect(isTaken("GET /v2/core/events", { ...page, data: {} })).toBe(false);
    expect(isTaken("GET /v2/core/events", { ...page, lastResponse: { statusCode: 500 } })).toBe(false);
    expect(isTaken("GET /v2/core/events", LIST)).toBe(false);
    expect(isTaken("GET /v1/events", page)).toBe(false);
  });

  it.each([{ object: "list" }, { object: "list", data: {} }, { object: "search_result", data: [] }])(
    "of a list is not %j",
    (answer) => expect(isTaken("GET /v1/invoices", answer)).toBe(false),
  );

  it("is not any JSON", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (answer) => {
        expect(isTaken("POST /v1/customers", answer)).toBe(false);
        expect(isTaken("GET /v1/customers/search", answer)).toBe(false);
      }),
    );
  });
});
