import { describe, expect } from "vitest";
import type { CreateRefundOptions } from "../../src/index.js";
import { payOnPage } from "../checkout/checkout-page.js";
import { itWithNewTenant as it } from "../in-world.js";
import { answer, clientThat } from "../isolation/intercepted-client.js";

describe("createRefund", () => {
  it("gives back a part of what an invoice was paid with, in three requests", async ({
    world,
    acme,
    billing,
  }) => {
    const refund = await billing.createRefund({
      invoiceId: acme.invoiceId,
      amount: 4_900,
      reason: "requested_by_customer",
      metadata: { ticket: "7" },
    });

    expect(refund).toEqual({
      id: expect.stringMatching(/^re_/),
      status: "succeeded",
      amount: 4_900,
      currency: "usd",
      reason: "requested_by_customer",
      chargeId: acme.chargeId,
      paymentIntentId: acme.paymentIntentId,
      failureReason: null,
      metadata: { ticket: "7" },
      createdAt: expect.any(Date),
    });
    expect(world.takeRequests()).toEqual([
      `GET /v1/invoices/${acme.invoiceId}`,
      `GET /v1/payment_intents/${acme.paymentIntentId}`,
      "POST /v1/refunds",
    ]);
    expect(await world.stripe.refunds.retrieve(refund.id)).toMatchObject({
      metadata: { ticket: "7", tenantId: "acme" },
    });
  });

  it("refuses metadata that names the tenant, and sends nothing", async ({ world, acme, billing }) => {
    const refund = billing.createRefund({ chargeId: acme.chargeId, metadata: { tenantId: "globex" } });

    await expect(refund).rejects.toMatchObject({ code: "reserved_metadata" });
    expect(world.takeRequests()).toEqual([]);
  });

  it("gives back what was paid once in Checkout", async ({ acme, billing }) => {
    const once = await billing.createPrice(acme.productId, { unitAmount: 1000, currency: "usd" });
    const wanted = { mode: "payment", customerId: acme.customerId, priceId: once.id } as const;
    const { id, url } = await billing.createCheckoutSession(wanted);
    await payOnPage(url);
    const { paymentIntentId } = await billing.getCheckoutSession(id);
    expect(await billing.createRefund({ paymentIntentId: paymentIntentId ?? "" })).toMatchObject({
      amount: 1000,
      status: "succeeded",
    });
  });

  it("is made once under one key, and refused as a conflict once all is given back", async ({
    acme,
    billing,
  }) => {
    const { chargeId } = acme;
    const first = await billing.createRefund({ chargeId, idempotencyKey: "refund-1" });
    expect(await billing.createRefund({ chargeId, idempotencyKey: "refund-1" })).toEqual(first);
    await expect(billing.createRefund({ chargeId })).rejects.toMatchObject({
      code: "conflict",
      conflictingId: chargeId,
      message: expect.stringContaining("has been refunded already"),
    });
    expect(await billing.listRefunds({ chargeId })).toHaveLength(2);
  });

  it("is refused as a conflict while the payment is disputed", async ({ world, acme, billing }) => {
    const { customerId: customer, otherPriceId: price } = acme;
    const card = await world.stripe.paymentMethods.attach("pm_card_createDispute", { customer });
    await world.stripe.subscriptions.create({
      customer,
      items: [{ price }],
      default_payment_method: card.id,
    });
    const { data } = await world.stripe.charges.list({ customer });
    const chargeId = data.find(({ disputed }) => disputed)?.id ?? "";
    await expect(billing.createRefund({ chargeId })).rejects.toMatchObject({
      code: "conflict",
      conflictingId: chargeId,
      message: expect.stringContaining("is disputed"),
    });
  });

  it("refuses more than was paid before it writes, and more than is left as a conflict", async ({
    world,
    acme,
    billing,
  }) => {
    const { chargeId } = acme;
    await expect(billing.createRefund({ chargeId, amount: 14_701 })).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining("amount"),
    });
    expect(world.takeRequests()).toEqual([`GET /v1/charges/${chargeId}`]);
    await expect(billing.createRefund({ chargeId, amount: 14_700 })).rejects.toMatchObject({
      code: "conflict",
    });
  });

  it("has nothing to give back of an invoice that nobody was charged for", async ({
    world,
    acme,
    billing,
  }) => {
    const trial = await billing.createSubscription({
      customerId: acme.customerId,
      priceId: acme.otherPriceId,
      trialDays: 7,
      allowSecond: true,
    });
    const { data } = await world.stripe.invoices.list({ subscription: trial.id });
    await expect(billing.createRefund({ invoiceId: data[0]?.id ?? "" })).rejects.toMatchObject({
      code: "conflict",
    });
  });

  it("leaves amount and metadata to Stripe, where none are given", async ({ world, acme, billing }) => {
    const refund = await billing.createRefund({ chargeId: acme.chargeId });
    const [sent] = world.local.requests.filter(({ method }) => method === "POST");
    expect(Object.keys(sent?.params ?? {}).sort()).toEqual(["charge", "expand", "metadata"]);
    expect(refund).toMatchObject({ reason: null, metadata: {} });
  });

  it("tells of what Stripe refuses for another reason as it is", async ({ world, acme }) => {
    const refusal = { type: "invalid_request_error", param: "reason", message: "No such reason." };
    const stripe = clientThat(world.local, async ({ method }, send) =>
      method === "POST" ? answer(400, { error: refusal }) : send(),
    );
    const billing = world.service({ stripe }).forTenant("acme");
    await expect(billing.createRefund({ chargeId: acme.chargeId })).rejects.toMatchObject({
      code: "invalid_argument",
      cause: { param: "reason" },
    });
  });

  it.for<[string, CreateRefundOptions]>([
    ["nothing of an amount", { chargeId: "ch_1", amount: 0 }],
    ["a part of a minor unit", { chargeId: "ch_1", amount: 1.5 }],
    ["a reason of its own", { chargeId: "ch_1", reason: "other" as never }],
  ])("refuses %s before anything is sent, and names the option", async ([, options], { world, billing }) => {
    await expect(billing.createRefund(options)).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining(`${Object.keys(options)[1]} must be`),
    });
    expect(world.takeRequests()).toEqual([]);
  });

  it("takes exactly one name for what was paid", async ({ world, acme, billing }) => {
    const { invoiceId, chargeId } = acme;
    const refusal = { code: "invalid_argument", message: expect.stringContaining("exactly one of") };
    for (const options of [{}, { invoiceId, chargeId }]) {
      await expect(billing.createRefund(options)).rejects.toMatchObject(refusal);
      await expect(billing.listRefunds(options)).rejects.toMatchObject(refusal);
    }
    expect(world.takeRequests()).toEqual([]);
  });

  it("names the id that is none", async ({ world, billing }) => {
    for (const name of ["invoiceId", "paymentIntentId", "chargeId"]) {
      await expect(billing.createRefund({ [name]: "cus_1" })).rejects.toMatchObject({
        code: "invalid_argument",
        message: expect.stringContaining(name),
      });
    }
    expect(world.takeRequests()).toEqual([]);
  });
});

describe("refunds", () => {
  it("of another tenant are missing, however they are named", async ({ world, billing }) => {
    const { refundId, chargeId, invoiceId, paymentIntentId } = await world.addTenant("globex");
    await expect(billing.getRefund(refundId)).rejects.toMatchObject({ code: "not_found" });
    for (const paid of [{ chargeId }, { invoiceId }, { paymentIntentId }]) {
      await expect(billing.listRefunds(paid)).rejects.toMatchObject({ code: "not_found" });
      await expect(billing.createRefund(paid)).rejects.toMatchObject({ code: "not_found" });
    }
  });

  it("are listed newest first, and read one by one", async ({ acme, billing }) => {
    const { chargeId, refundId } = acme;
    const second = await billing.createRefund({ chargeId, amount: 50 });
    const listed = await billing.listRefunds({ chargeId });
    expect(listed.map(({ id }) => id)).toEqual([second.id, refundId]);
    expect(await billing.getRefund(second.id)).toEqual(second);
  });
});
