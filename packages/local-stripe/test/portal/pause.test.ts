import type Stripe from "stripe";
import { describe, expect } from "vitest";
import { Browser } from "../support/browser.js";
import { it } from "../support/it.js";
import { cardholder, monthly, startClock } from "../support/local.js";

type PauseFeature = Stripe.BillingPortal.ConfigurationCreateParams.Features.SubscriptionPause;

async function openPortal(
  stripe: Stripe,
  feature: Partial<PauseFeature>,
  mode: "classic" | "flexible" = "flexible",
) {
  const clock = await startClock(stripe, new Date("2027-01-01T00:00:00Z"));
  const { id: customer } = await cardholder(stripe, "pm_card_visa", clock.id);
  const { id: price } = await monthly(stripe, 3100);
  const { id } = await stripe.subscriptions.create({
    customer,
    items: [{ price }],
    billing_mode: { type: mode },
  });
  await clock.advanceTo(new Date("2027-01-16T12:00:00Z"));
  const { id: configuration } = await stripe.billingPortal.configurations.create({
    features: { subscription_pause: { enabled: true, ...feature } },
  });
  const { url } = await stripe.billingPortal.sessions.create({ customer, configuration });
  return { browser: await Browser.open(url), clock, id };
}

describe("a pause in the portal", () => {
  it("lasts for as long as was chosen, and the subscription then goes on by itself", async ({ stripe }) => {
    const interval_options = [
      { interval: "week", interval_count: 2 },
      { interval: "month", interval_count: 3 },
    ] as const;
    const { browser, clock, id } = await openPortal(stripe, {
      duration: { type: "interval_options", interval_options: [...interval_options] },
    });
    await browser.follow("Pause subscription");
    expect(browser.text).toContain("2 weeks, until");
    await browser.submit("Pause subscription", { duration: "7" });
    expect([browser.status, browser.alert]).toEqual([422, "Choose how long to pause."]);
    await browser.submit("Pause subscription", { duration: "1" });
    expect(browser.text).toContain("Your subscription is paused until April 16, 2027.");

    await clock.advanceTo(new Date("2027-04-16T00:00:00Z"));
    expect((await stripe.subscriptions.retrieve(id)).status).toBe("paused");
    await clock.advanceTo(new Date("2027-04-17T00:00:00Z"));
    const after = await stripe.subscriptions.retrieve(id, { expand: ["latest_invoice"] });
    expect(after.status).toBe("active");
    const resumed = Date.UTC(2027, 3, 16, 12) / 1000;
    expect(after.items.data[0]?.current_period_start).toBe(resumed);
    // Half of January was credited.
    expect(after.latest_invoice).toMatchObject({ created: resumed, status: "paid", amount_paid: 1550 });
  });

  it("lasts for a month where the configuration says nothing of it", async ({ stripe }) => {
    const { browser, id } = await openPortal(stripe, {});
    await browser.follow("Pause subscription");
    await browser.submit("Pause subscription", { duration: "0" });
    expect(browser.text).toContain("paused until February 16, 2027.");
    await browser.follow("Resume subscription");
    expect([browser.amount("now"), browser.amount("next")]).toEqual(["$15.50", "$31.00"]);
    await browser.submit("Resume subscription");
    expect((await stripe.subscriptions.retrieve(id)).status).toBe("active");
  });

  it("is not offered in classic billing mode", async ({ stripe }) => {
    const { browser, id } = await openPortal(stripe, {}, "classic");
    expect(browser.text).not.toContain("Pause subscription");
    await browser.visit(`${browser.url}/subscriptions/${id}/pause`);
    expect(browser.status).toBe(404);
  });
});
