import type Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { isOpen, toCheckoutSession } from "../../src/views/checkout-session.js";
import { everyKey, shaped } from "./stripe-shape.js";

const OPEN = {
  id: "cs_test_1",
  mode: "subscription",
  ui_mode: "hosted_page",
  status: "open",
  payment_status: "unpaid",
  client_secret: null,
  url: "https://checkout.stripe.com/c/pay/cs_test_1",
  customer: "cus_1",
  subscription: "sub_1",
  invoice: "in_1",
  payment_intent: "pi_1",
  setup_intent: "seti_1",
  amount_total: 4900,
  currency: "usd",
  client_reference_id: "cart_1",
  metadata: { a: "1" },
  expires_at: 1_700_000_001,
  created: 1_700_000_000,
  livemode: true,
};

function view(fields: object = {}) {
  return toCheckoutSession(shaped<Stripe.Checkout.Session>({ ...OPEN, ...fields }), everyKey);
}

describe("a Checkout session's view", () => {
  it("has everything in the package's own words", () => {
    expect(view()).toEqual({
      id: "cs_test_1",
      mode: "subscription",
      uiMode: "hosted",
      status: "open",
      paymentStatus: "unpaid",
      url: "https://checkout.stripe.com/c/pay/cs_test_1",
      clientSecret: null,
      customerId: "cus_1",
      subscriptionId: "sub_1",
      invoiceId: "in_1",
      paymentIntentId: "pi_1",
      setupIntentId: "seti_1",
      amountTotal: 4900,
      currency: "usd",
      clientReferenceId: "cart_1",
      metadata: { a: "1" },
      createdAt: new Date("2023-11-14T22:13:20Z"),
      expiresAt: new Date("2023-11-14T22:13:21Z"),
      livemode: true,
    });
  });

  it("names what is expanded, and has null for what its mode does not make", () => {
    const expanded = { customer: { id: "cus_2" }, subscription: { id: "sub_2" } };
    expect(view({ ...expanded, invoice: null, payment_intent: null, setup_intent: null })).toMatchObject({
      customerId: "cus_2",
      subscriptionId: "sub_2",
      invoiceId: null,
      paymentIntentId: null,
      setupIntentId: null,
    });
  });

  it("has no customer and no metadata where the answer has none", () => {
    expect(view({ customer: null, metadata: null })).toMatchObject({ customerId: "", metadata: {} });
  });

  it.each([
    ["embedded_page", "embedded"],
    ["embedded", "embedded"],
    ["hosted", "hosted"],
    [null, "hosted"],
    ["elements", "elements"],
  ])("has one name for a display that Stripe calls %s", (named, uiMode) => {
    expect(view({ ui_mode: named }).uiMode).toBe(uiMode);
  });

  it.each([
    [
      "embedded with its secret",
      { ui_mode: "embedded_page", url: null, client_secret: "cs_1_secret_1" },
      true,
    ],
    ["embedded without its secret", { ui_mode: "embedded_page" }, false],
    ["open with a page", {}, true],
    ["open without a page", { url: null }, false],
    ["complete", { status: "complete" }, false],
    ["expired", { status: "expired", url: null }, false],
  ])("of a session that is %s says whether its customer can go there", (_what, fields, open) => {
    expect(isOpen(view(fields))).toBe(open);
  });

  it("is frozen", () => {
    expect(Object.isFrozen(view())).toBe(true);
  });
});
