import { describe, expect } from "vitest";
import type { StripeBillingService } from "../../src/index.js";
import { itWithNewTenant as it } from "../in-world.js";
import { answer, clientThat } from "../isolation/intercepted-client.js";
import type { StripeWorld } from "../stripe-world.js";

/** A service to which Stripe's answers at this path say something else: what the local Stripe cannot come to say. */
function serviceThatReads(world: StripeWorld, path: string, fields: object): StripeBillingService {
  const stripe = clientThat(world.local, async (request, send) => {
    const response = await send();
    if (!request.path.startsWith(path)) return response;
    return answer(200, { ...(await response.toJSON()), ...fields });
  });
  return world.service({ stripe }).forTenant("acme");
}

const paidBy = (...payments: object[]) => ({ payments: { object: "list", has_more: false, data: payments } });

describe("an invoice's refund", () => {
  const INVOICES = "/v1/invoices/";

  it("is of the charge of an invoice that was paid without a payment intent", async ({ world, acme }) => {
    const { chargeId, invoiceId } = acme;
    const payment = { status: "paid", payment: { type: "charge", charge: chargeId } };
    const billing = serviceThatReads(world, INVOICES, paidBy(payment));
    expect(await billing.createRefund({ invoiceId })).toMatchObject({ chargeId });
  });

  it("passes over payments that came to nothing", async ({ world, acme }) => {
    const { chargeId, invoiceId, paymentIntentId } = acme;
    const canceled = { status: "canceled", payment: { type: "payment_intent", payment_intent: "pi_1" } };
    const paid = { status: "paid", payment: { type: "payment_intent", payment_intent: paymentIntentId } };
    const billing = serviceThatReads(world, INVOICES, paidBy(canceled, paid, canceled));
    expect(await billing.createRefund({ invoiceId })).toMatchObject({ chargeId });
  });

  it.for([
    ["was not paid", [], "No payment was made"],
    ["was paid in parts", ["payment_intent", "payment_intent"], "Name one of them with paymentIntentId"],
    ["was paid outside of Stripe", ["payment_record"], "outside of Stripe"],
  ] as const)(
    "is a conflict where it %s, before anything is written",
    async ([, kinds, words], { world, acme }) => {
      const payments = kinds.map((type) => ({ status: "paid", payment: { type, [type]: "x_1" } }));
      const billing = serviceThatReads(world, INVOICES, paidBy(...payments));
      world.takeRequests();
      await expect(billing.createRefund({ invoiceId: acme.invoiceId })).rejects.toMatchObject({
        code: "conflict",
        message: expect.stringContaining(words),
      });
      expect(world.takeRequests()).toEqual([`GET /v1/invoices/${acme.invoiceId}`]);
    },
  );
});

describe("a charge's refund", () => {
  it("is a conflict where the charge was declined, whatever amount is named", async ({ world, acme }) => {
    const declined = { paid: false, status: "failed", amount_captured: 0 };
    const billing = serviceThatReads(world, "/v1/charges/", declined);
    world.takeRequests();
    for (const options of [{}, { amount: 100 }]) {
      await expect(billing.createRefund({ chargeId: acme.chargeId, ...options })).rejects.toMatchObject({
        code: "conflict",
        message: expect.stringContaining("nothing to refund"),
      });
    }
    expect(world.takeRequests().filter((request) => !request.startsWith("GET"))).toEqual([]);
  });
});

describe("a payment's refund", () => {
  it.for([
    ["nobody was charged", () => null],
    [
      "the charge was declined",
      (customer: string) => ({ id: "ch_1", object: "charge", customer, paid: false }),
    ],
  ] as const)("is a conflict where %s", async ([, charge], { world, acme }) => {
    const { customerId, paymentIntentId } = acme;
    const fields = { latest_charge: charge(customerId) };
    const billing = serviceThatReads(world, "/v1/payment_intents/", fields);
    await expect(billing.createRefund({ paymentIntentId })).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("nothing to refund"),
    });
  });
});
