import { describe, expect, it } from "vitest";
import { PENDING_PAYMENT, toChangedSubscription } from "../../src/views/pending-payment.js";
import type { AnySubscription } from "../../src/views/subscription.js";
import { everyKey, shaped } from "./stripe-shape.js";

const INVOICE = {
  id: "in_1",
  status: "open",
  amount_remaining: 4900,
  currency: "usd",
  hosted_invoice_url: "https://invoice.stripe.com/i/1",
  confirmation_secret: { client_secret: "pi_1_secret_2" },
};

const ACTIVE = { id: "sub_1", customer: "cus_1", status: "active", items: { data: [] }, metadata: {} };

function pending(invoice: unknown, setup: unknown = null) {
  const fields = { ...ACTIVE, latest_invoice: invoice, pending_setup_intent: setup };
  return toChangedSubscription(shaped<AnySubscription>(fields), everyKey).pendingPayment;
}

describe("what a customer has still to do", () => {
  it("is to pay an open invoice", () => {
    const payment = pending(INVOICE);
    expect(payment).toEqual({
      kind: "payment",
      invoiceId: "in_1",
      amountDue: 4900,
      currency: "usd",
      hostedInvoiceUrl: "https://invoice.stripe.com/i/1",
    });
    expect(payment?.clientSecret).toBe("pi_1_secret_2");
  });

  it("is to set up a payment method where nothing is due", () => {
    const setup = pending(null, { id: "seti_1", client_secret: "seti_1_secret_2" });
    expect(setup).toEqual({ kind: "setup" });
    expect(setup?.clientSecret).toBe("seti_1_secret_2");
  });

  it("is the payment first where both are asked for", () => {
    expect(pending(INVOICE, { id: "seti_1", client_secret: "x" })?.kind).toBe("payment");
  });

  it.each([
    ["without an invoice", null],
    ["with an invoice that was not expanded", "in_1"],
    ["with a paid invoice", { ...INVOICE, status: "paid" }],
    ["with an open invoice of nothing", { ...INVOICE, amount_remaining: 0 }],
  ])("is nothing %s", (_what, invoice) => {
    expect(pending(invoice)).toBeNull();
    expect(pending(invoice, "seti_1")).toBeNull();
  });

  it("has null where Stripe gives no secret and no page", () => {
    const bare = { ...INVOICE, confirmation_secret: undefined, hosted_invoice_url: undefined };
    expect(pending(bare)).toMatchObject({ hostedInvoiceUrl: null });
    expect(pending(bare)?.clientSecret).toBeNull();
    expect(pending(null, { id: "seti_1", client_secret: null })?.clientSecret).toBeNull();
  });

  it("keeps its secret out of copies and JSON, and is frozen", () => {
    const payment = pending(INVOICE);
    expect(JSON.stringify(payment)).not.toContain("secret");
    expect({ ...payment }).not.toHaveProperty("clientSecret");
    expect(Object.isFrozen(payment)).toBe(true);
  });

  it("needs the invoice's secret and the setup expanded", () => {
    expect(PENDING_PAYMENT).toEqual(["latest_invoice.confirmation_secret", "pending_setup_intent"]);
  });

  it("stands in a frozen view of the subscription", () => {
    const view = toChangedSubscription(
      shaped<AnySubscription>({ ...ACTIVE, latest_invoice: null }),
      everyKey,
    );
    expect(view).toMatchObject({ id: "sub_1", customerId: "cus_1", pendingPayment: null });
    expect(Object.isFrozen(view)).toBe(true);
  });
});
