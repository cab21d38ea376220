import type Stripe from "stripe";
import { describe, expect } from "vitest";
import { Browser } from "../support/browser.js";
import { it } from "../support/it.js";
import { cardholder, idOf, monthly, startClock } from "../support/local.js";

async function openShop(stripe: Stripe) {
  const clock = await startClock(stripe, new Date("2027-01-01T00:00:00Z"));
  const { id: customer } = await cardholder(stripe, "pm_card_visa", clock.id);
  const small = await monthly(stripe, 1000, "Small");
  const large = await monthly(stripe, 3000, "Large");
  const subscription = await stripe.subscriptions.create({ customer, items: [{ price: small.id }] });
  const { id: configuration } = await stripe.billingPortal.configurations.create({
    features: {
      subscription_cancel: { enabled: true },
      payment_method_update: { enabled: true },
      subscription_update: {
        enabled: true,
        default_allowed_updates: ["price", "promotion_code"],
        proration_behavior: "create_prorations",
        products: [small, large].map(({ id, product }) => ({ product: idOf(product), prices: [id] })),
      },
    },
  });
  const enter = async (flow_data?: Stripe.BillingPortal.SessionCreateParams.FlowData): Promise<Browser> => {
    const session = { customer, configuration, ...(flow_data && { flow_data }) };
    return Browser.open((await stripe.billingPortal.sessions.create(session)).url);
  };
  const percent = (percent_off: number): Promise<Stripe.Coupon> =>
    stripe.coupons.create({ percent_off, duration: "repeating", duration_in_months: 3 });
  return { customer, enter, large, percent, small, subscription };
}

describe("a promotion code in the portal", () => {
  it("comes off the amounts before anything is confirmed, and then off the invoices", async ({ stripe }) => {
    const { enter, large, percent, subscription } = await openShop(stripe);
    const coupon = await percent(50);
    const promotion = { type: "coupon" as const, coupon: coupon.id };
    await stripe.promotionCodes.create({ code: "HALF", promotion });
    const browser = await enter();
    await browser.follow("Update subscription");
    await browser.submit("Continue", { price: large.id });
    expect(browser.amount("next")).toBe("$50.00");
    const { url } = browser;
    await browser.visit(`${url}&promotion_code=none`);
    expect([browser.alert, browser.amount("next")]).toEqual(["This code is invalid.", "$50.00"]);
    await browser.visit(`${url}&promotion_code=half`);
    expect(browser.amount("next")).toBe("$20.00");
    await browser.submit("Confirm");
    const after = await stripe.subscriptions.retrieve(subscription.id, { expand: ["discounts"] });
    expect(after.discounts).toMatchObject([{ source: { coupon: coupon.id } }]);
    expect((await stripe.invoices.createPreview({ subscription: after.id })).amount_due).toBe(2000);
  });

  it("is not taken from another customer, nor when it is used up", async ({ stripe }) => {
    const { enter, large, percent } = await openShop(stripe);
    const other = await cardholder(stripe);
    const promotion = { type: "coupon" as const, coupon: (await percent(50)).id };
    await stripe.promotionCodes.create({ code: "THEIRS", promotion, customer: other.id });
    await stripe.promotionCodes.create({ code: "OVER", promotion, active: false });
    const browser = await enter();
    await browser.follow("Update subscription");
    await browser.submit("Continue", { price: large.id });
    const { url } = browser;
    for (const code of ["THEIRS", "OVER"]) {
      await browser.visit(`${url}&promotion_code=${code}`);
      expect(browser.alert).toBe("This code is invalid.");
    }
  });
});

describe("a flow with a discount", () => {
  it("takes it off the change that it asks to confirm", async ({ stripe }) => {
    const { enter, large, percent, subscription } = await openShop(stripe);
    const coupon = await percent(10);
    const browser = await enter({
      type: "subscription_update_confirm",
      subscription_update_confirm: {
        subscription: subscription.id,
        items: [{ id: subscription.items.data[0]?.id ?? "", price: large.id }],
        discounts: [{ coupon: coupon.id }],
      },
    });
    expect(browser.amount("next")).toBe("$44.00");
    await browser.submit("Confirm");
    expect((await stripe.subscriptions.retrieve(subscription.id)).discounts).toHaveLength(1);
  });

  it("offers a coupon to who is about to cancel, and keeps who takes it", async ({ stripe }) => {
    const { enter, percent, subscription } = await openShop(stripe);
    const retention = { type: "coupon_offer" as const, coupon_offer: { coupon: (await percent(25)).id } };
    const cancel = {
      type: "subscription_cancel" as const,
      subscription_cancel: { subscription: subscription.id, retention },
    };
    const browser = await enter(cancel);
    expect(browser.text).toContain("25% off for 3 months");
    await browser.submit("Accept offer");
    expect(browser.text).toContain("Your discount is applied");
    const kept = await stripe.subscriptions.retrieve(subscription.id);
    expect(kept).toMatchObject({ cancel_at: null, discounts: [expect.stringMatching(/^di_/)] });

    const again = await enter(cancel);
    await again.follow("No thanks, continue to cancel");
    await again.submit("Cancel subscription");
    const after = await stripe.subscriptions.retrieve(subscription.id);
    expect(after.cancel_at).toBe(after.items.data[0]?.current_period_end);
  });

  it("is refused when it could not be redeemed any more", async ({ stripe }) => {
    const { enter, subscription } = await openShop(stripe);
    const { id: coupon } = await stripe.coupons.create({ percent_off: 10, max_redemptions: 1 });
    const { id: code } = await stripe.promotionCodes.create({ promotion: { type: "coupon", coupon } });
    const [item] = subscription.items.data;
    const confirm = (discount: { coupon: string } | { promotion_code: string }) =>
      enter({
        type: "subscription_update_confirm",
        subscription_update_confirm: {
          subscription: subscription.id,
          items: [{ id: item?.id ?? "", quantity: 2 }],
          discounts: [discount],
        },
      });
    await confirm({ coupon });
    const { id: customer } = await cardholder(stripe);
    const { id: price } = await monthly(stripe, 500);
    await stripe.subscriptions.create({ customer, items: [{ price }], discounts: [{ coupon }] });

    const param = "flow_data[subscription_update_confirm][discounts][0]";
    await expect(confirm({ coupon })).rejects.toMatchObject({
      code: "coupon_expired",
      param: `${param}[coupon]`,
    });
    await expect(confirm({ promotion_code: code })).rejects.toMatchObject({
      param: `${param}[promotion_code]`,
    });
    const retention = { type: "coupon_offer" as const, coupon_offer: { coupon } };
    const stay = { subscription: subscription.id, retention };
    await expect(enter({ type: "subscription_cancel", subscription_cancel: stay })).rejects.toMatchObject({
      code: "coupon_expired",
      param: "flow_data[subscription_cancel][retention][coupon_offer][coupon]",
    });
  });
});
