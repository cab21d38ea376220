import { describe, expect } from "vitest";
import type { StripeBillingService } from "../../src/index.js";
import { itWithNewTenant as it } from "../in-world.js";
import { clientThat } from "../isolation/intercepted-client.js";
import { addOpenInvoice, type StripeWorld } from "../stripe-world.js";

/** acme's service in another process, whose write comes to Stripe just after what `meanwhile` does. */
function overtakenBy(world: StripeWorld, meanwhile: () => Promise<unknown>): StripeBillingService {
  const stripe = clientThat(world.local, async ({ method }, send) => {
    if (method === "POST") await meanwhile();
    return send();
  });
  return world.service({ stripe }).forTenant("acme");
}

describe("an invoice that another call has settled meanwhile", () => {
  it("is paid or void as if that had come before", async ({ world, acme, billing }) => {
    const paid = await addOpenInvoice(world.stripe, acme);
    const afterPaying = overtakenBy(world, () => billing.payInvoice(paid));
    expect((await afterPaying.payInvoice(paid)).status).toBe("paid");
    const voided = await addOpenInvoice(world.stripe, acme);
    const afterVoiding = overtakenBy(world, () => billing.voidInvoice(voided));
    expect((await afterVoiding.voidInvoice(voided)).status).toBe("void");
  });

  it("is told as a conflict where it was settled otherwise", async ({ world, acme, billing }) => {
    const paid = await addOpenInvoice(world.stripe, acme);
    const afterPaying = overtakenBy(world, () => billing.payInvoice(paid));
    await expect(afterPaying.voidInvoice(paid)).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("createRefund"),
    });
    const voided = await addOpenInvoice(world.stripe, acme);
    const afterVoiding = overtakenBy(world, () => billing.voidInvoice(voided));
    await expect(afterVoiding.payInvoice(voided)).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("void"),
    });
  });
});

describe("payInvoice", () => {
  it("charges an open invoice on the given payment method, in three requests", async ({
    world,
    acme,
    billing,
  }) => {
    const id = await addOpenInvoice(world.stripe, acme);
    world.takeRequests();
    const paid = await billing.payInvoice(id, { paymentMethodId: acme.paymentMethodId });

    expect(paid).toMatchObject({ id, status: "paid", amountPaid: 49_000, amountRemaining: 0 });
    expect(world.takeRequests()).toEqual([
      `GET /v1/invoices/${id}`,
      `GET /v1/payment_methods/${acme.paymentMethodId}`,
      `POST /v1/invoices/${id}/pay`,
    ]);
  });

  it("leaves one that is paid as it is, and refuses one that is void", async ({ world, acme, billing }) => {
    expect((await billing.payInvoice(acme.invoiceId)).status).toBe("paid");
    expect(world.takeRequests()).toEqual([`GET /v1/invoices/${acme.invoiceId}`]);
    const id = await addOpenInvoice(world.stripe, acme);
    await billing.voidInvoice(id);
    await expect(billing.payInvoice(id)).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("void"),
    });
  });

  it("charges the subscription's or the customer's default, where no payment method is given", async ({
    world,
    acme,
    billing,
  }) => {
    const id = await addOpenInvoice(world.stripe, acme);
    await billing.setDefaultPaymentMethod(acme.paymentMethodId);
    world.takeRequests();
    expect((await billing.payInvoice(id)).status).toBe("paid");
    expect(world.local.requests.at(-1)?.params).toEqual({});
    expect(world.takeRequests()).toEqual([`GET /v1/invoices/${id}`, `POST /v1/invoices/${id}/pay`]);
  });

  it("marks one as paid outside of Stripe, and charges nobody", async ({ world, acme, billing }) => {
    const id = await addOpenInvoice(world.stripe, acme);
    const { data: before } = await world.stripe.charges.list({ customer: acme.customerId });
    expect(await billing.payInvoice(id, { paidOutOfBand: true })).toMatchObject({ id, status: "paid" });
    expect(world.local.requests.find(({ path }) => path.endsWith("/pay"))?.params).toEqual({
      paid_out_of_band: "true",
    });
    const { data: after } = await world.stripe.charges.list({ customer: acme.customerId });
    expect(after).toHaveLength(before.length);
  });

  it("says what the customer has to do where the card is declined", async ({ world, acme, billing }) => {
    const id = await addOpenInvoice(world.stripe, acme);
    const card = await world.stripe.paymentMethods.attach("pm_card_chargeCustomerFail", {
      customer: acme.customerId,
    });
    await expect(billing.payInvoice(id, { paymentMethodId: card.id })).rejects.toMatchObject({
      code: "payment_required",
      nextStep: "use_another_payment_method",
    });
    expect((await billing.getInvoice(id)).status).toBe("open");
  });

  it("charges no other customer's payment method, not even the tenant's own", async ({
    world,
    acme,
    billing,
  }) => {
    const id = await addOpenInvoice(world.stripe, acme);
    const other = await billing.ensureCustomer({ reference: "other" });
    const card = await world.stripe.paymentMethods.attach("pm_card_visa", { customer: other.id });
    await expect(billing.payInvoice(id, { paymentMethodId: card.id })).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it("takes no payment method together with a payment outside of Stripe", async ({
    world,
    acme,
    billing,
  }) => {
    const { invoiceId, paymentMethodId } = acme;
    await expect(
      billing.payInvoice(invoiceId, { paymentMethodId, paidOutOfBand: true }),
    ).rejects.toMatchObject({ code: "invalid_argument", message: expect.stringContaining("either") });
    for (const [name, value] of Object.entries({ paymentMethodId: "cus_1", paidOutOfBand: "yes" })) {
      await expect(billing.payInvoice(invoiceId, { [name]: value })).rejects.toMatchObject({
        code: "invalid_argument",
        message: expect.stringContaining(`${name} must be`),
      });
    }
    expect(world.takeRequests()).toEqual([]);
  });
});

describe("voidInvoice", () => {
  it("ends what is owed, and says so again when asked again", async ({ world, acme, billing }) => {
    const id = await addOpenInvoice(world.stripe, acme);
    expect((await billing.voidInvoice(id)).status).toBe("void");
    world.takeRequests();
    const again = await billing.voidInvoice(id);
    expect(again.status).toBe("void");
    expect(again.voidedAt).toBeInstanceOf(Date);
    expect(world.takeRequests()).toEqual([`GET /v1/invoices/${id}`]);
  });

  it("refuses one that is paid and one that is a draft, and writes nothing", async ({
    world,
    acme,
    billing,
  }) => {
    await expect(billing.voidInvoice(acme.invoiceId)).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("createRefund"),
    });
    const { latest_invoice: latest } = await world.stripe.subscriptions.create({
      customer: acme.customerId,
      items: [{ price: acme.otherPriceId }],
      collection_method: "send_invoice",
      days_until_due: 30,
    });
    const draft = typeof latest === "string" ? latest : "";
    world.takeRequests();
    await expect(billing.voidInvoice(draft)).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("draft"),
    });
    expect(world.takeRequests()).toEqual([`GET /v1/invoices/${draft}`]);
  });
});
