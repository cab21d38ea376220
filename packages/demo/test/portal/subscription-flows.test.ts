import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { BILLING_MODES } from "../support/portal-scene.js";
import { amounts, portalVisits, press } from "../support/portal-visit.js";

const PERIOD_END = new Date("2027-02-01T00:00:00Z");

const { isPossible, start, visit } = await portalVisits();

describe.skipIf(!isPossible).each(BILLING_MODES)("the hosted portal, in %s billing mode", (mode) => {
  it("cancels at the end of the period for the reason that the customer gives", async () => {
    const scene = await start(mode, () => ({
      subscriptionCancel: { reasons: ["too_expensive", "unused", "other"] },
    }));
    const { subscriptionId } = scene;
    const page = await visit(scene, {
      type: "subscription_cancel",
      subscriptionId,
      afterCompletion: { type: "redirect", returnUrl: "/goodbye" },
    });
    await page.getByText("available until the end of your billing period on February 1, 2027").waitFor();
    await page.getByRole("radio", { name: "I no longer need it" }).check();
    await page.getByLabel("Anything else?").fill("It was fun.");
    await press(page, "Cancel subscription");
    await page.getByText("You are at /goodbye").waitFor();

    expect(await scene.heard()).toEqual([
      {
        type: "customer.subscription.updated",
        tenantId: "acme",
        previous: {
          cancel_at: null,
          canceled_at: null,
          cancellation_details: { comment: null, feedback: null, reason: null },
          // In flexible mode the portal fixes the date, and leaves the flag alone.
          ...(mode === "classic" && { cancel_at_period_end: false }),
        },
      },
    ]);
    expect(await scene.billing.getSubscription(subscriptionId)).toMatchObject({
      status: "active",
      cancelsAt: PERIOD_END,
      cancellation: { reason: "cancellation_requested", feedback: "unused", comment: "It was fun." },
    });
  });

  it("cancels at once where the configuration says so", async () => {
    const scene = await start(mode, () => ({ subscriptionCancel: { mode: "immediately" } }));
    const page = await visit(scene);
    await page.getByRole("link", { name: "Cancel subscription" }).click();
    await press(page, "Cancel subscription");
    await page.getByText("Your cancellation is recorded.").waitFor();
    expect((await scene.heard()).map(({ type }) => type)).toEqual(["customer.subscription.deleted"]);
    expect(await scene.billing.getSubscription(scene.subscriptionId)).toMatchObject({
      status: "canceled",
      endedAt: expect.any(Date),
    });
  });

  it("keeps what was to be canceled, in the portal or by this library", async () => {
    const scene = await start(mode, () => ({ subscriptionCancel: {} }));
    const { billing, subscriptionId } = scene;
    const page = await visit(scene);
    for (const cancel of [
      () => cancelOn(page),
      () => billing.cancelSubscription(subscriptionId, { when: "period_end" }),
    ]) {
      await cancel();
      await page.reload();
      await scene.heard();
      await page.getByRole("link", { name: "Keep subscription" }).click();
      await press(page, "Keep subscription");
      await page.getByText("Your subscription goes on.").waitFor();
      expect(await scene.heard()).toMatchObject([
        { type: "customer.subscription.updated", previous: { cancel_at: PERIOD_END.getTime() / 1000 } },
      ]);
      expect(await billing.getSubscription(subscriptionId)).toMatchObject({
        status: "active",
        cancelsAt: null,
      });
    }
  });

  it("changes plan and quantity for the amount that it shows before", async () => {
    const scene = await start(mode, ({ small, large }) => ({
      paymentMethodUpdate: true,
      subscriptionUpdate: {
        allowedUpdates: ["price", "quantity"],
        prorationBehavior: "always_invoice",
        products: [small, large].map(({ productId, priceId }) => ({
          productId,
          priceIds: [priceId],
          quantity: { minimum: 1, maximum: 9 },
        })),
      },
    }));
    const page = await visit(scene);
    await page.getByRole("link", { name: "Update subscription" }).click();
    await page.getByRole("radio", { name: "Large" }).check();
    await page.getByLabel("Quantity").fill("2");
    await press(page, "Continue");
    expect(await amounts(page)).toEqual({ now: "$52.00", next: "$62.00" });
    await press(page, "Confirm");
    await page.getByText("Your subscription is changed.").waitFor();

    expect((await scene.heard()).map(({ type }) => type)).toEqual([
      "customer.subscription.updated",
      "invoice.paid",
    ]);
    const after = await scene.billing.getSubscription(scene.subscriptionId);
    expect(after.items).toMatchObject([{ price: { id: scene.large.priceId }, quantity: 2 }]);
    const [invoice] = (await scene.stripe.invoices.list({ customer: scene.customerId })).data;
    expect(invoice?.amount_paid).toBe(5200);
  });

  it("asks to confirm the change that a flow names, and makes it once", async () => {
    const scene = await start(mode, ({ small, large }) => ({
      paymentMethodUpdate: true,
      subscriptionUpdate: {
        allowedUpdates: ["price"],
        prorationBehavior: "create_prorations",
        products: [small, large].map(({ productId, priceId }) => ({ productId, priceIds: [priceId] })),
      },
    }));
    const page = await visit(scene, {
      type: "subscription_update_confirm",
      subscriptionId: scene.subscriptionId,
      priceId: scene.large.priceId,
      afterCompletion: { type: "hosted_confirmation", message: "Welcome to Large." },
    });
    expect(await amounts(page)).toEqual({ now: "$0.00", next: "$52.00" });
    await press(page, "Confirm");
    await page.getByText("Welcome to Large.").waitFor();
    expect(await scene.heard()).toMatchObject([
      { type: "customer.subscription.updated", previous: { items: expect.anything() } },
    ]);
    const { items } = await scene.billing.getSubscription(scene.subscriptionId);
    expect(items).toMatchObject([{ price: { id: scene.large.priceId } }]);
    await page.getByRole("link", { name: "Return to" }).last().click();
    await page.getByText("You are at /billing").waitFor();
  });

  it("schedules a change to less for the end of the period, and takes it back", async () => {
    const scene = await start(mode, ({ small, large }) => ({
      subscriptionCancel: {},
      paymentMethodUpdate: true,
      subscriptionUpdate: {
        allowedUpdates: ["price", "quantity"],
        scheduleAtPeriodEnd: ["decreasing_item_amount"],
        products: [small, large].map(({ productId, priceId }) => ({ productId, priceIds: [priceId] })),
      },
    }));
    const { billing, large, small, subscriptionId } = scene;
    await billing.updateSubscription(subscriptionId, { priceId: large.priceId, proration: "none" });
    const page = await visit(scene);
    await page.getByRole("link", { name: "Update subscription" }).click();
    await page.getByRole("radio", { name: "Small" }).check();
    await press(page, "Continue");
    expect(await amounts(page)).toEqual({ now: "$0.00", next: "$10.00" });
    await press(page, "Confirm");
    await page.getByText("It changes to Small on February 1, 2027.").waitFor();
    expect((await scene.heard()).map(({ type }) => type)).toEqual([
      "subscription_schedule.created",
      "customer.subscription.updated",
    ]);
    expect(await billing.getSubscription(subscriptionId)).toMatchObject({
      items: [{ price: { id: large.priceId } }],
      scheduledChange: { startsAt: PERIOD_END, items: [{ priceId: small.priceId }] },
    });
    expect(await page.getByRole("link", { name: "Cancel subscription" }).count()).toBe(0);

    await page.getByRole("link", { name: "Cancel scheduled change" }).click();
    await press(page, "Cancel scheduled change");
    await page.getByText("Your scheduled change is canceled.").waitFor();
    expect((await billing.getSubscription(subscriptionId)).scheduledChange).toBeNull();
  });

  it("keeps with a coupon who was about to cancel", async () => {
    const scene = await start(mode, () => ({ subscriptionCancel: {} }));
    const { billing, subscriptionId } = scene;
    const coupon = await scene.stripe.coupons.create({
      percent_off: 20,
      duration: "repeating",
      duration_in_months: 2,
      metadata: { tenantId: "acme" },
    });
    const page = await visit(scene, {
      type: "subscription_cancel",
      subscriptionId,
      retentionCouponId: coupon.id,
      afterCompletion: { type: "hosted_confirmation", message: "Glad that you stay." },
    });
    await page.getByText("20% off for 2 months").waitFor();
    await press(page, "Accept offer");
    await page.getByText("Glad that you stay.").waitFor();
    expect((await scene.heard()).map(({ type }) => type)).toEqual([
      "customer.discount.created",
      "customer.subscription.updated",
    ]);
    expect(await billing.getSubscription(subscriptionId)).toMatchObject({
      cancelsAt: null,
      discountIds: [expect.stringMatching(/^di_/)],
    });
    expect((await billing.previewSubscriptionChange(subscriptionId, { quantity: 2 })).recurringAmount).toBe(
      1600,
    );
  });

  it("pauses and resumes, which classic billing mode does not know", async () => {
    const scene = await start(mode, () => ({ subscriptionPause: {} }));
    const { billing, subscriptionId } = scene;
    const flow = { type: "subscription_pause", subscriptionId } as const;
    if (mode === "classic") {
      await expect(billing.createCustomerPortalSession(scene.customerId, { flow })).rejects.toMatchObject({
        code: "conflict",
      });
      const page = await visit(scene);
      expect(await page.getByRole("link", { name: "Pause subscription" }).count()).toBe(0);
      return;
    }
    const page = await visit(scene, flow);
    await press(page, "Pause subscription");
    await page.getByText("Your subscription is paused.", { exact: true }).waitFor();
    expect((await scene.heard()).map(({ type }) => type)).toEqual([
      "customer.subscription.updated",
      "customer.subscription.paused",
    ]);
    expect((await billing.getSubscription(subscriptionId)).status).toBe("paused");

    await page.getByRole("link", { name: "Resume subscription" }).click();
    // What was paid for January is credited, and a new month begins.
    expect(await amounts(page)).toEqual({ now: "$0.00", next: "$10.00" });
    await press(page, "Resume subscription");
    await page.getByText("Your subscription is resumed.").waitFor();
    expect((await scene.heard()).map(({ type }) => type)).toEqual([
      "customer.subscription.updated",
      "customer.subscription.resumed",
      "invoice.paid",
    ]);
    expect((await billing.getSubscription(subscriptionId)).status).toBe("active");
  });
});

async function cancelOn(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Cancel subscription" }).click();
  await press(page, "Cancel subscription");
  await page.getByText("Your cancellation is recorded.").waitFor();
}
