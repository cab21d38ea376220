import { describe, expect } from "vitest";
import { NotFoundError } from "../../src/index.js";
import { itWithNewTenant as it } from "../in-world.js";

describe("previewUpcomingInvoice", () => {
  it("says what the next renewal will cost and when it is charged, and makes no invoice", async ({
    world,
    acme,
    billing,
  }) => {
    const { currentPeriodEnd } = await billing.getSubscription(acme.subscriptionId);
    world.takeRequests();
    const upcoming = await billing.previewUpcomingInvoice(acme.customerId);

    expect(world.takeRequests()).toEqual(["GET /v1/subscriptions", "POST /v1/invoices/create_preview"]);
    expect(upcoming).toEqual({
      customerId: acme.customerId,
      subscriptionId: acme.subscriptionId,
      currency: "usd",
      subtotal: 14_700,
      discount: 0,
      tax: 0,
      total: 14_700,
      amountDue: 14_700,
      nextPaymentAttemptAt: new Date(Number(currentPeriodEnd) + 3_600_000),
      lines: [expect.objectContaining({ priceId: acme.priceId, quantity: 3, periodStart: currentPeriodEnd })],
      hasMoreLines: false,
    });
    expect((await billing.listInvoices(acme.customerId)).data).toHaveLength(1);
  });

  it("is of the subscription that is billed first, unless another is named", async ({
    world,
    acme,
    billing,
  }) => {
    const sooner = await world.stripe.subscriptions.create({
      customer: acme.customerId,
      items: [{ price: acme.otherPriceId }],
      trial_period_days: 3,
    });
    // Stripe lists the newest first, which is billed in between.
    const between = await world.stripe.subscriptions.create({
      customer: acme.customerId,
      items: [{ price: acme.otherPriceId }],
      trial_period_days: 9,
    });
    expect(await billing.previewUpcomingInvoice(acme.customerId)).toMatchObject({
      subscriptionId: sooner.id,
      amountDue: 49_000,
    });
    const { subscriptionId } = acme;
    expect(await billing.previewUpcomingInvoice(acme.customerId, { subscriptionId })).toMatchObject({
      subscriptionId,
      amountDue: 14_700,
    });

    await billing.cancelSubscription(sooner.id);
    expect(await billing.previewUpcomingInvoice(acme.customerId)).toMatchObject({
      subscriptionId: between.id,
    });
  });

  it("is of no subscription that stands still", async ({ acme, billing }) => {
    await billing.pauseSubscription(acme.subscriptionId, { pause: "subscription" });

    expect(await billing.previewUpcomingInvoice(acme.customerId)).toBeNull();
  });

  it("uses the customer's credit up", async ({ world, acme, billing }) => {
    await world.stripe.customers.update(acme.customerId, { balance: -700 });
    expect(await billing.previewUpcomingInvoice(acme.customerId)).toMatchObject({
      total: 14_700,
      amountDue: 14_000,
    });
  });

  it("is null where nothing will be billed any more", async ({ acme, billing }) => {
    await billing.cancelSubscription(acme.subscriptionId);

    expect(await billing.previewUpcomingInvoice(acme.customerId)).toBeNull();
    const { subscriptionId } = acme;
    expect(await billing.previewUpcomingInvoice(acme.customerId, { subscriptionId })).toBeNull();

    await billing.cancelSubscription(acme.subscriptionId, { when: "now" });
    expect(await billing.previewUpcomingInvoice(acme.customerId)).toBeNull();
    expect(await billing.previewUpcomingInvoice(acme.customerId, { subscriptionId })).toBeNull();
  });

  it("finds neither another tenant's nor another customer's subscription, and previews nothing of it", async ({
    world,
    acme,
    billing,
  }) => {
    const globex = await world.addTenant("globex");
    const sibling = await world.addTenant("sibling", { metadata: { tenantId: "acme" } });
    await expect(billing.previewUpcomingInvoice(globex.customerId)).rejects.toThrow(NotFoundError);
    for (const subscriptionId of [globex.subscriptionId, sibling.subscriptionId, "sub_missing"]) {
      await expect(billing.previewUpcomingInvoice(acme.customerId, { subscriptionId })).rejects.toThrow(
        NotFoundError,
      );
    }
    expect(world.takeRequests()).not.toContain("POST /v1/invoices/create_preview");
  });

  it("names the subscription that is none, before anything is sent", async ({ world, acme, billing }) => {
    const options = { subscriptionId: acme.invoiceId };
    await expect(billing.previewUpcomingInvoice(acme.customerId, options)).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining("subscriptionId must be"),
    });
    expect(world.takeRequests()).toEqual([]);
  });
});
