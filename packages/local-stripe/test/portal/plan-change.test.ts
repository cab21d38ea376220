import type Stripe from "stripe";
import { describe, expect } from "vitest";
import { Browser } from "../support/browser.js";
import { it } from "../support/it.js";
import { cardholder, idOf, monthly, refusal, startClock } from "../support/local.js";

type UpdateFeature = Stripe.BillingPortal.ConfigurationCreateParams.Features.SubscriptionUpdate;

interface Shop {
  readonly customer: string;
  readonly subscription: Stripe.Subscription;
  readonly small: Stripe.Price;
  readonly large: Stripe.Price;
  readonly configuration: string;
}

/** A customer on the small plan, and a portal that offers the large one too. */
async function openShop(
  stripe: Stripe,
  feature: Partial<UpdateFeature> = {},
  subscribe: Partial<Stripe.SubscriptionCreateParams> = {},
  card = "pm_card_visa",
): Promise<Shop> {
  const clock = await startClock(stripe, new Date("2027-01-01T00:00:00Z"));
  const customer = await cardholder(stripe, card, clock.id);
  const small = await monthly(stripe, 1000, "Small");
  const large = await monthly(stripe, 3100, "Large");
  const subscription = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: small.id }],
    ...subscribe,
  });
  await clock.advanceTo(new Date("2027-01-16T12:00:00Z"));
  const adjustable_quantity = { enabled: true, minimum: 1, maximum: 5 };
  const { id } = await stripe.billingPortal.configurations.create({
    features: {
      payment_method_update: { enabled: true },
      subscription_update: {
        enabled: true,
        default_allowed_updates: ["price", "quantity"],
        proration_behavior: "always_invoice",
        products: [small, large].map(({ id: price, product }) => ({
          product: idOf(product),
          prices: [price],
          adjustable_quantity,
        })),
        ...feature,
      },
    },
  });
  return { customer: customer.id, subscription, small, large, configuration: id };
}

async function enter(stripe: Stripe, { customer, configuration }: Shop): Promise<Browser> {
  return Browser.open((await stripe.billingPortal.sessions.create({ customer, configuration })).url);
}

describe("a change of plan in the portal", () => {
  it("shows what is due now and next, and then charges exactly that", async ({ stripe }) => {
    const shop = await openShop(stripe);
    const browser = await enter(stripe, shop);
    await browser.follow("Update subscription");
    await browser.submit("Continue", { price: shop.large.id, quantity: "2" });
    expect(browser.heading).toBe("Confirm your update");
    // Half of a month is left: half of 10 comes back, half of 62 is charged.
    expect(browser.amount("now")).toBe("$26.00");
    expect(browser.amount("next")).toBe("$62.00");
    expect((await stripe.subscriptions.retrieve(shop.subscription.id)).items.data[0]?.price.id).toBe(
      shop.small.id,
    );

    await browser.submit("Confirm");
    expect(browser.text).toContain("Your subscription is changed.");
    const after = await stripe.subscriptions.retrieve(shop.subscription.id, { expand: ["latest_invoice"] });
    expect(after.items.data).toMatchObject([
      { id: shop.subscription.items.data[0]?.id, price: { id: shop.large.id }, quantity: 2 },
    ]);
    expect(after.latest_invoice).toMatchObject({ status: "paid", amount_paid: 2600 });
    const next = await stripe.invoices.createPreview({ subscription: after.id });
    expect(next.amount_due).toBe(6200);

    const [updated] = (await stripe.events.list({ type: "customer.subscription.updated" })).data;
    expect(updated?.data.previous_attributes).toHaveProperty("items");
  });

  it("charges with the next invoice, or not at all, as the configuration says", async ({ stripe }) => {
    const later = await openShop(stripe, { proration_behavior: "create_prorations" });
    const browser = await enter(stripe, later);
    await browser.follow("Update subscription");
    await browser.submit("Continue", { price: later.large.id, quantity: "1" });
    expect([browser.amount("now"), browser.amount("next")]).toEqual(["$0.00", "$41.50"]);
    await browser.submit("Confirm");
    const upcoming = await stripe.invoices.createPreview({ subscription: later.subscription.id });
    expect(upcoming.amount_due).toBe(4150);

    const never = await openShop(stripe, { proration_behavior: "none" });
    const other = await enter(stripe, never);
    await other.follow("Update subscription");
    await other.submit("Continue", { price: never.large.id, quantity: "1" });
    expect([other.amount("now"), other.amount("next")]).toEqual(["$0.00", "$31.00"]);
  });

  it("leaves everything as it was when the card is declined", async ({ stripe }) => {
    const shop = await openShop(stripe);
    const bad = await stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer: shop.customer });
    await stripe.customers.update(shop.customer, { invoice_settings: { default_payment_method: bad.id } });
    const browser = await enter(stripe, shop);
    await browser.follow("Update subscription");
    await browser.submit("Continue", { price: shop.large.id, quantity: "1" });
    await browser.submit("Confirm");
    expect(browser.status).toBe(422);
    expect(browser.alert).toBe("Your card was declined.");
    const after = await stripe.subscriptions.retrieve(shop.subscription.id);
    expect(after).toMatchObject({ status: "active", latest_invoice: shop.subscription.latest_invoice });
  });

  it("is paid once the holder of the card has answered the bank", async ({ stripe }) => {
    const shop = await openShop(stripe);
    const asks = await stripe.paymentMethods.attach("pm_card_authenticationRequired", {
      customer: shop.customer,
    });
    await stripe.customers.update(shop.customer, { invoice_settings: { default_payment_method: asks.id } });
    const browser = await enter(stripe, shop);
    await browser.follow("Update subscription");
    await browser.submit("Continue", { price: shop.large.id, quantity: "1" });
    await browser.submit("Confirm");
    expect(browser.heading).toBe("Confirm that it is you");
    expect(browser.text).toContain("$10.50");
    await browser.submit("Fail authentication", { authentication: "fail" });
    expect(browser.alert).toContain("We are unable to authenticate your payment method.");
    const before = await stripe.subscriptions.retrieve(shop.subscription.id);
    expect(before.latest_invoice).toBe(shop.subscription.latest_invoice);

    await browser.submit("Confirm");
    await browser.submit("Complete authentication", { authentication: "complete" });
    const after = await stripe.subscriptions.retrieve(shop.subscription.id, { expand: ["latest_invoice"] });
    expect(after).toMatchObject({ status: "active", latest_invoice: { status: "paid", amount_paid: 1050 } });
  });

  it("ends a trial or lets it go on, as the configuration says", async ({ stripe }) => {
    const trial = { trial_period_days: 30 };
    const ends = await openShop(stripe, {}, trial);
    const browser = await enter(stripe, ends);
    await browser.follow("Update subscription");
    await browser.submit("Continue", { price: ends.large.id, quantity: "1" });
    expect(browser.amount("now")).toBe("$31.00");
    await browser.submit("Confirm");
    expect((await stripe.subscriptions.retrieve(ends.subscription.id)).status).toBe("active");

    const goesOn = await openShop(stripe, { trial_update_behavior: "continue_trial" }, trial);
    const other = await enter(stripe, goesOn);
    await other.follow("Update subscription");
    await other.submit("Continue", { price: goesOn.large.id, quantity: "1" });
    expect(other.amount("now")).toBe("$0.00");
    await other.submit("Confirm");
    expect((await stripe.subscriptions.retrieve(goesOn.subscription.id)).status).toBe("trialing");
  });

  it("takes only what is offered, in the quantities that are offered", async ({ stripe }) => {
    const shop = await openShop(stripe);
    const hidden = await monthly(stripe, 1, "Hidden");
    const browser = await enter(stripe, shop);
    const home = browser.url;
    await browser.follow("Update subscription");
    expect(browser.text).not.toContain("Hidden");
    for (const [price, quantity, problem] of [
      [hidden.id, "1", "Choose one of the plans."],
      [shop.large.id, "6", "Enter a whole number, at least 1 and at most 5."],
      [shop.large.id, "0", "Enter a whole number"],
      [shop.large.id, "1.5", "Enter a whole number"],
      [shop.small.id, "1", "This is what you have already."],
    ] as const) {
      await browser.submit("Continue", { price, quantity });
      expect([browser.status, browser.alert]).toEqual([422, expect.stringContaining(problem)]);
    }
    await browser.visit(`${home}/subscriptions/${shop.subscription.id}/update/confirm?price=${hidden.id}`);
    expect(browser.status).toBe(404);
  });

  it("offers the quantity alone where the configuration allows no other price", async ({ stripe }) => {
    const shop = await openShop(stripe, { default_allowed_updates: ["quantity"] });
    const browser = await enter(stripe, shop);
    await browser.follow("Update subscription");
    expect(browser.text).not.toContain("Large");
    await browser.submit("Continue", { price: shop.small.id, quantity: "4" });
    await browser.submit("Confirm");
    const after = await stripe.subscriptions.retrieve(shop.subscription.id);
    expect(after.items.data[0]?.quantity).toBe(4);
  });

  it("is not offered for what Stripe's portal lets customers only cancel", async ({ stripe }) => {
    const other = await monthly(stripe, 500, "Extra");
    const changes: Stripe.SubscriptionUpdateParams[] = [
      { collection_method: "send_invoice", days_until_due: 10 },
      { items: [{ price: other.id }] },
    ];
    for (const change of changes) {
      const shop = await openShop(stripe);
      await stripe.subscriptions.update(shop.subscription.id, change);
      const browser = await enter(stripe, shop);
      expect(browser.text).not.toContain("Update subscription");
      await browser.visit(`${browser.url}/subscriptions/${shop.subscription.id}/update`);
      expect(browser.status).toBe(404);
    }
  });
});

describe("the flow that confirms a change", () => {
  it("shows the change that it was made for, makes it, and goes where it says", async ({ stripe }) => {
    const shop = await openShop(stripe);
    const [item] = shop.subscription.items.data;
    const { url } = await stripe.billingPortal.sessions.create({
      customer: shop.customer,
      configuration: shop.configuration,
      flow_data: {
        type: "subscription_update_confirm",
        subscription_update_confirm: {
          subscription: shop.subscription.id,
          items: [{ id: item?.id ?? "", price: shop.large.id, quantity: 3 }],
        },
        after_completion: { type: "redirect", redirect: { return_url: "https://app.example.com/done" } },
      },
    });
    const browser = await Browser.open(url);
    expect(browser.heading).toBe("Confirm your update");
    expect(browser.text).toContain("Large");
    expect(browser.text).not.toContain("Current subscriptions");
    await browser.submit("Confirm");
    expect(browser.url).toBe("https://app.example.com/done");
    const after = await stripe.subscriptions.retrieve(shop.subscription.id);
    expect(after.items.data).toMatchObject([{ price: { id: shop.large.id }, quantity: 3 }]);
  });

  it("is refused for a price that the configuration does not offer", async ({ stripe }) => {
    const shop = await openShop(stripe);
    const [item] = shop.subscription.items.data;
    const other = await monthly(stripe, 2000, "Other");
    const open = (change: { price?: string; quantity?: number }) =>
      stripe.billingPortal.sessions.create({
        customer: shop.customer,
        configuration: shop.configuration,
        flow_data: {
          type: "subscription_update_confirm",
          subscription_update_confirm: {
            subscription: shop.subscription.id,
            items: [{ id: item?.id ?? "", ...change }],
          },
        },
      });
    const { param } = await refusal(open({ price: other.id }));
    expect(param).toBe("flow_data[subscription_update_confirm][items][0][price]");
    expect(await open({ price: shop.large.id })).toMatchObject({ configuration: shop.configuration });
    expect(await open({ quantity: 2 })).toMatchObject({ configuration: shop.configuration });
  });

  it("is refused for a subscription that the portal lets customers only cancel", async ({ stripe }) => {
    const shop = await openShop(stripe, {}, { collection_method: "send_invoice", days_until_due: 5 });
    for (const type of ["subscription_update", "subscription_update_confirm"] as const) {
      const subscription = shop.subscription.id;
      const [item] = shop.subscription.items.data;
      const error = await refusal(
        stripe.billingPortal.sessions.create({
          customer: shop.customer,
          configuration: shop.configuration,
          flow_data:
            type === "subscription_update"
              ? { type, subscription_update: { subscription } }
              : {
                  type,
                  subscription_update_confirm: { subscription, items: [{ id: item?.id ?? "", quantity: 2 }] },
                },
        }),
      );
      expect(error.param).toBe(`flow_data[${type}][subscription]`);
    }
  });
});
