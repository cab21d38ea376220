import type Stripe from "stripe";
import { describe, expect } from "vitest";
import { Browser } from "../support/browser.js";
import { it } from "../support/it.js";
import { cardholder, idOf, monthly, refusal, startClock } from "../support/local.js";

const CONDITIONS = [{ type: "decreasing_item_amount" as const }, { type: "shortening_interval" as const }];

async function openPortal(stripe: Stripe) {
  const clock = await startClock(stripe, new Date("2027-01-01T00:00:00Z"));
  const { id: customer } = await cardholder(stripe, "pm_card_visa", clock.id);
  const small = await monthly(stripe, 1000, "Small");
  const large = await monthly(stripe, 3100, "Large");
  const subscription = await stripe.subscriptions.create({ customer, items: [{ price: large.id }] });
  const { id: configuration } = await stripe.billingPortal.configurations.create({
    features: {
      subscription_cancel: { enabled: true },
      payment_method_update: { enabled: true },
      subscription_update: {
        enabled: true,
        default_allowed_updates: ["price", "quantity"],
        proration_behavior: "always_invoice",
        schedule_at_period_end: { conditions: CONDITIONS },
        products: [small, large].map(({ id, product }) => ({
          product: idOf(product),
          prices: [id],
          adjustable_quantity: { enabled: true, maximum: 9 },
        })),
      },
    },
  });
  const session = { customer, configuration };
  const { url } = await stripe.billingPortal.sessions.create(session);
  return { browser: await Browser.open(url), clock, id: subscription.id, large, session, small };
}

describe("a change to less in the portal", () => {
  it("waits for the end of the period, and costs nothing until then", async ({ stripe }) => {
    const { browser, clock, id, large, small } = await openPortal(stripe);
    await browser.follow("Update subscription");
    await browser.submit("Continue", { price: small.id, quantity: "2" });
    expect(browser.text).toContain("It changes on February 1, 2027.");
    expect([browser.amount("now"), browser.amount("next")]).toEqual(["$0.00", "$20.00"]);
    await browser.submit("Confirm");
    expect(browser.text).toContain("It changes to Small × 2 on February 1, 2027.");
    const before = await stripe.subscriptions.retrieve(id);
    expect(before.items.data).toMatchObject([{ price: { id: large.id }, quantity: 1 }]);
    expect(before.schedule).not.toBeNull();

    await clock.advanceTo(new Date("2027-02-01T02:00:00Z"));
    const after = await stripe.subscriptions.retrieve(id, { expand: ["latest_invoice"] });
    expect(after.items.data).toMatchObject([{ price: { id: small.id }, quantity: 2 }]);
    expect(after.latest_invoice).toMatchObject({ status: "paid", amount_paid: 2000 });
    await clock.advanceTo(new Date("2027-03-02T00:00:00Z"));
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ schedule: null, status: "active" });
  });

  it("is the only one until it is made or taken back", async ({ stripe }) => {
    const { browser, clock, id, large, session, small } = await openPortal(stripe);
    await browser.follow("Update subscription");
    await browser.submit("Continue", { price: small.id, quantity: "1" });
    await browser.submit("Confirm");
    expect(browser.text).not.toContain("Update subscription");
    expect(browser.text).not.toContain("Cancel subscription");
    const cancel = { type: "subscription_cancel" as const, subscription_cancel: { subscription: id } };
    const error = await refusal(stripe.billingPortal.sessions.create({ ...session, flow_data: cancel }));
    expect(error.param).toBe("flow_data[subscription_cancel][subscription]");

    await browser.follow("Cancel scheduled change");
    await browser.submit("Cancel scheduled change");
    expect(browser.text).toContain("Cancel subscription");
    expect((await stripe.subscriptions.retrieve(id)).schedule).toBeNull();
    await clock.advanceTo(new Date("2027-02-01T02:00:00Z"));
    const after = await stripe.subscriptions.retrieve(id);
    expect(after.items.data).toMatchObject([{ price: { id: large.id } }]);
  });

  it("is made at once where it is a change to more", async ({ stripe }) => {
    const { browser, id, large } = await openPortal(stripe);
    await browser.follow("Update subscription");
    await browser.submit("Continue", { price: large.id, quantity: "3" });
    expect(browser.amount("now")).toBe("$62.00");
    await browser.submit("Confirm");
    expect((await stripe.subscriptions.retrieve(id)).items.data).toMatchObject([{ quantity: 3 }]);
  });
});
