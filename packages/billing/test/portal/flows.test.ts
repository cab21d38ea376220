import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { PortalConfigurationSpec, PortalFlow, StripeBillingService } from "../../src/index.js";
import { type StripeWorld, sdkFor, startStripeWorld, type TenantWorld } from "../stripe-world.js";
import { addMeteredPrice, addPlan, addPrice } from "../subscriptions/plans.js";

let world: StripeWorld;
let acme: TenantWorld;
let globex: TenantWorld;
let configuration: string;
let billing: StripeBillingService;

beforeAll(async () => {
  world = await startStripeWorld();
  acme = await world.addTenant("acme");
  globex = await world.addTenant("globex");
  const everything = await world.stripe.billingPortal.configurations.create({
    features: {
      customer_update: { enabled: true, allowed_updates: ["email"] },
      payment_method_update: { enabled: true },
      subscription_cancel: { enabled: true },
      subscription_pause: { enabled: true, duration: { type: "indefinite" } },
      subscription_update: {
        enabled: true,
        default_allowed_updates: ["price", "quantity"],
        products: [{ product: acme.productId, prices: [acme.priceId] }],
      },
    },
  });
  configuration = everything.id;
});

beforeEach(() => {
  billing = world
    .service({ portal: { returnUrl: "https://app.example.com/billing", configuration } })
    .forTenant("acme");
  world.takeRequests();
});

afterAll(() => world.close());

const open = (flow: PortalFlow) => billing.createCustomerPortalSession(acme.customerId, { flow });

/** What went to Stripe as the flow of the last session. */
function sentFlow(): unknown {
  return world.local.requests.at(-1)?.params["flow_data"];
}

describe("a portal flow", () => {
  it("needs no further request when it names no subscription", async () => {
    for (const type of ["payment_method_update", "customer_update"] as const) {
      await open({ type });
      expect(sentFlow()).toEqual({ type });
    }
    expect(world.takeRequests()).toEqual([
      `GET /v1/customers/${acme.customerId}`,
      "POST /v1/billing_portal/sessions",
      `GET /v1/customers/${acme.customerId}`,
      "POST /v1/billing_portal/sessions",
    ]);
  });

  it.each(["subscription_cancel", "subscription_update", "subscription_pause"] as const)(
    "%s takes two requests, cold or warm, and names the subscription",
    async (type) => {
      const { subscriptionId: subscription } = acme;
      await open({ type, subscriptionId: subscription });
      expect(sentFlow()).toEqual({ type, [type]: { subscription } });
      await open({ type, subscriptionId: subscription });
      expect(world.takeRequests()).toEqual([
        `GET /v1/subscriptions/${subscription}`,
        "POST /v1/billing_portal/sessions",
        `GET /v1/customers/${acme.customerId}`,
        "POST /v1/billing_portal/sessions",
      ]);
    },
  );

  it("says what happens when it is done, on an allowed origin alone", async () => {
    const type = "payment_method_update";
    await open({ type, afterCompletion: { type: "redirect", returnUrl: "/done?card=1" } });
    expect(sentFlow()).toEqual({
      type,
      after_completion: {
        type: "redirect",
        redirect: { return_url: "https://app.example.com/done?card=1" },
      },
    });
    await open({ type, afterCompletion: { type: "hosted_confirmation", message: "Thank you." } });
    expect(sentFlow()).toEqual({
      type,
      after_completion: {
        type: "hosted_confirmation",
        hosted_confirmation: { custom_message: "Thank you." },
      },
    });
    await open({ type, afterCompletion: { type: "hosted_confirmation" } });
    expect(sentFlow()).toEqual({ type, after_completion: { type: "hosted_confirmation" } });
    const message = `Two\n${"l".repeat(496)}`;
    await open({ type, afterCompletion: { type: "hosted_confirmation", message } });
    expect(sentFlow()).toMatchObject({
      after_completion: { hosted_confirmation: { custom_message: message } },
    });
    await open({ type, afterCompletion: { type: "portal_homepage" } });
    expect(sentFlow()).toEqual({ type, after_completion: { type: "portal_homepage" } });

    world.takeRequests();
    for (const returnUrl of ["https://evil.example/", "//evil.example", "javascript:alert(1)"]) {
      await expect(open({ type, afterCompletion: { type: "redirect", returnUrl } })).rejects.toMatchObject({
        code: "return_url_not_allowed",
        message: expect.stringContaining("flow.afterCompletion.returnUrl"),
      });
    }
    expect(world.takeRequests()).toEqual([]);
  });

  it.each(["subscription_cancel", "subscription_update", "subscription_pause"] as const)(
    "%s refuses another tenant's subscription, and another customer's of the same tenant",
    async (type) => {
      const sibling = await world.addTenant("acme");
      world.takeRequests();
      for (const subscriptionId of [globex.subscriptionId, sibling.subscriptionId, "sub_missing"]) {
        await expect(open({ type, subscriptionId })).rejects.toMatchObject({ code: "not_found" });
      }
      expect(world.takeRequests()).not.toContain("POST /v1/billing_portal/sessions");
    },
  );

  it("refuses a sibling customer's subscription even while its proof is remembered", async () => {
    const sibling = await world.addTenant("acme");
    await billing.getSubscription(sibling.subscriptionId);
    await expect(
      open({ type: "subscription_cancel", subscriptionId: sibling.subscriptionId }),
    ).rejects.toMatchObject({ code: "not_found" });
  });

  it("is shown by the hosted portal", async () => {
    const { url } = await open({ type: "subscription_cancel", subscriptionId: acme.subscriptionId });
    const page = await fetch(url);
    expect(page.url).toContain(`${acme.subscriptionId}/cancel`);
  });
});

describe("a change to confirm", () => {
  const confirm = (rest: object) =>
    open({ type: "subscription_update_confirm", subscriptionId: acme.subscriptionId, ...rest } as PortalFlow);
  const item = () => ({ id: acme.itemId });

  it("names the subscription's only item, and the price and quantity that were asked for", async () => {
    await confirm({ priceId: acme.priceId, quantity: 5 });
    expect(sentFlow()).toMatchObject({
      subscription_update_confirm: { items: [{ ...item(), price: acme.priceId, quantity: "5" }] },
    });
    expect(world.takeRequests()).toEqual([
      `GET /v1/subscriptions/${acme.subscriptionId}`,
      `GET /v1/prices/${acme.priceId}`,
      "POST /v1/billing_portal/sessions",
    ]);
    const { subscriptionId: subscription } = acme;
    const type = "subscription_update_confirm";
    await confirm({ itemId: acme.itemId, quantity: 6 });
    expect(sentFlow()).toEqual({ type, [type]: { subscription, items: [{ ...item(), quantity: "6" }] } });
    expect(world.takeRequests()).toHaveLength(2);
    await confirm({ priceId: acme.priceId });
    expect(sentFlow()).toEqual({
      type,
      [type]: { subscription, items: [{ ...item(), price: acme.priceId }] },
    });
    await confirm({ quantity: 0 });
    expect(sentFlow()).toEqual({ type, [type]: { subscription, items: [{ ...item(), quantity: "0" }] } });
  });

  /** Confirms a price in a portal that offers it. */
  const confirmWhereOffered = async (priceId: string) => {
    const { product } = await world.stripe.prices.retrieve(priceId);
    const offered = await world.stripe.billingPortal.configurations.create({
      features: {
        payment_method_update: { enabled: true },
        subscription_update: {
          enabled: true,
          default_allowed_updates: ["price"],
          products: [{ product: idOf(product), prices: [priceId] }],
        },
      },
    });
    const { subscriptionId } = acme;
    const portal = { returnUrl: "https://app.example.com/billing", configuration: offered.id };
    return world
      .service({ portal })
      .forTenant("acme")
      .createCustomerPortalSession(acme.customerId, {
        flow: { type: "subscription_update_confirm", subscriptionId, priceId },
      });
  };

  it("takes prices of the tenant's own products and of shared ones, and of no other", async () => {
    const priceOf = async (metadata: Record<string, string>) => {
      const product = await world.stripe.products.create({
        name: "Plan",
        metadata,
        default_price_data: { currency: "usd", unit_amount: 900, recurring: { interval: "month" } },
      });
      return idOf(product.default_price);
    };
    const shared = await priceOf({ tenantId: "*" });
    await confirmWhereOffered(shared);
    for (const priceId of [
      globex.priceId,
      await priceOf({}),
      await priceOf({ tenantId: "ACME" }),
      "price_1",
    ]) {
      world.takeRequests();
      await expect(confirm({ priceId })).rejects.toMatchObject({ code: "not_found" });
      expect(world.takeRequests()).not.toContain("POST /v1/billing_portal/sessions");
    }
  });

  it("refuses a price that is archived", async () => {
    const { id: priceId } = await world.stripe.prices.create({
      product: acme.productId,
      currency: "usd",
      unit_amount: 100,
      recurring: { interval: "year" },
    });
    await world.stripe.prices.update(priceId, { active: false });
    await expect(confirm({ priceId })).rejects.toMatchObject({
      code: "invalid_argument",
      message: "flow.priceId is archived, so it cannot be sold.",
    });
  });

  it("refuses a price of an archived product, and one that is paid once or usage-based", async () => {
    const { productId, priceId: ofArchived } = await addPlan(world, "acme");
    await world.stripe.products.update(productId, { active: false });
    const { id: once } = await world.stripe.prices.create({
      product: acme.productId,
      currency: "usd",
      unit_amount: 100,
    });
    for (const [priceId, words] of [
      [ofArchived, "flow.priceId is archived"],
      [once, "flow.priceId is a one-time price."],
      [await addMeteredPrice(world, acme), "flow.priceId is a usage-based price."],
    ] as const) {
      world.takeRequests();
      await expect(confirm({ priceId })).rejects.toMatchObject({
        code: "invalid_argument",
        message: expect.stringContaining(words),
      });
      expect(world.takeRequests()).not.toContain("POST /v1/billing_portal/sessions");
    }
  });

  it("says that the portal configuration does not offer the price, which Stripe refuses", async () => {
    const priceId = await addPrice(world, acme);
    await expect(confirm({ priceId })).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining("not among what the portal configuration offers"),
    });
  });

  it("is judged by a specification before anything is sent", async () => {
    const { subscriptionId, customerId, productId, priceId } = acme;
    const priceIds = [priceId];
    const flow = { type: "subscription_update_confirm", subscriptionId } as const;
    const offering = {
      features: {
        paymentMethodUpdate: true,
        subscriptionUpdate: { allowedUpdates: ["price"], products: [{ productId, priceIds }] },
      },
    } as const;
    const openWith = (more: object, configuration: PortalConfigurationSpec = offering) =>
      billing.createCustomerPortalSession(customerId, { configuration, flow: { ...flow, ...more } });
    const notOffered = await addPrice(world, acme);
    await openWith({ priceId });
    world.takeRequests();

    await expect(openWith({ priceId: notOffered })).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining("not among what the portal configuration offers"),
    });
    await expect(openWith({ priceId }, { features: { invoiceHistory: true } })).rejects.toMatchObject({
      code: "portal_not_configured",
      message: expect.stringContaining("is disabled in the portal configuration"),
    });
    expect(world.takeRequests()).toEqual([]);
  });

  it("refuses an item of another subscription, and of another tenant's", async () => {
    const sibling = await world.addTenant("acme");
    for (const itemId of [sibling.itemId, globex.itemId, "si_missing"]) {
      await expect(confirm({ itemId, quantity: 2 })).rejects.toMatchObject({ code: "not_found" });
    }
  });

  it("refuses a sibling customer's subscription", async () => {
    const { subscriptionId } = await world.addTenant("acme");
    await expect(confirm({ subscriptionId, quantity: 2 })).rejects.toMatchObject({ code: "not_found" });
  });

  it("says that Stripe's portal cannot change a subscription of several items", async () => {
    const { customerId, subscriptionId, itemId, productId } = await world.addTenant("acme");
    const { id: price } = await world.stripe.prices.create({
      product: productId,
      currency: "usd",
      unit_amount: 100,
      recurring: { interval: "month" },
    });
    await world.stripe.subscriptions.update(subscriptionId, { items: [{ price }] });
    const flow = {
      type: "subscription_update_confirm",
      subscriptionId,
      itemId,
      quantity: 2,
    } as const;
    await expect(billing.createCustomerPortalSession(customerId, { flow })).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining("one item"),
    });
  });
});

describe("coupons and promotion codes in a flow", () => {
  const coupon = async (metadata: Record<string, string>) =>
    (await world.stripe.coupons.create({ percent_off: 25, duration: "once", metadata })).id;
  const code = async (metadata: Record<string, string>, customer?: string) => {
    const promotion = { type: "coupon" as const, coupon: await coupon({}) };
    return (await world.stripe.promotionCodes.create({ promotion, metadata, ...(customer && { customer }) }))
      .id;
  };
  const withCoupon = (couponId: string) =>
    open({
      type: "subscription_update_confirm",
      subscriptionId: acme.subscriptionId,
      quantity: 4,
      discount: { couponId },
    });
  const withCode = (promotionCodeId: string) =>
    open({
      type: "subscription_update_confirm",
      subscriptionId: acme.subscriptionId,
      quantity: 4,
      discount: { promotionCodeId },
    });
  const retain = (retentionCouponId: string) =>
    open({ type: "subscription_cancel", subscriptionId: acme.subscriptionId, retentionCouponId });

  it("are used when they are the tenant's or shared by all", async () => {
    for (const tenantId of ["acme", "*"]) {
      const couponId = await coupon({ tenantId });
      await withCoupon(couponId);
      expect(sentFlow()).toMatchObject({
        subscription_update_confirm: { discounts: [{ coupon: couponId }] },
      });
      await retain(couponId);
      expect(sentFlow()).toMatchObject({
        subscription_cancel: { retention: { type: "coupon_offer", coupon_offer: { coupon: couponId } } },
      });
      const promotionCodeId = await code({ tenantId });
      await withCode(promotionCodeId);
      expect(sentFlow()).toMatchObject({
        subscription_update_confirm: { discounts: [{ promotion_code: promotionCodeId }] },
      });
    }
  });

  it("are refused without a mark, and with another tenant's", async () => {
    for (const metadata of [{}, { tenantId: "globex" }, { tenantId: "ACME" }]) {
      const couponId = await coupon(metadata);
      await expect(withCoupon(couponId)).rejects.toMatchObject({ code: "not_found" });
      await expect(retain(couponId)).rejects.toMatchObject({ code: "not_found" });
      await expect(withCode(await code(metadata))).rejects.toMatchObject({ code: "not_found" });
    }
    await expect(withCoupon("missing")).rejects.toMatchObject({ code: "not_found" });
  });

  it("are refused before a configuration is made, once nobody can redeem them", async () => {
    const metadata = { tenantId: "acme" };
    const usedUp = await world.stripe.coupons.create({ percent_off: 5, max_redemptions: 1, metadata });
    const promotion = { type: "coupon" as const, coupon: usedUp.id };
    const { id: promotionCodeId } = await world.stripe.promotionCodes.create({ promotion, metadata });
    const sibling = await world.addTenant("acme");
    await world.stripe.subscriptions.update(sibling.subscriptionId, { discounts: [{ coupon: usedUp.id }] });
    world.takeRequests();

    const { customerId, subscriptionId } = acme;
    const configuration = {
      headline: "Only for this test",
      features: {
        paymentMethodUpdate: true,
        subscriptionCancel: { mode: "at_period_end" },
        subscriptionUpdate: {
          allowedUpdates: ["quantity"],
          products: [{ productId: acme.productId, priceIds: [acme.priceId] }],
        },
      },
    } satisfies PortalConfigurationSpec;
    const confirm = { type: "subscription_update_confirm", subscriptionId, quantity: 4 } as const;
    const flows: readonly PortalFlow[] = [
      { ...confirm, discount: { couponId: usedUp.id } },
      { ...confirm, discount: { promotionCodeId } },
      { type: "subscription_cancel", subscriptionId, retentionCouponId: usedUp.id },
    ];
    for (const flow of flows) {
      await expect(
        billing.createCustomerPortalSession(customerId, { configuration, flow }),
      ).rejects.toMatchObject({ code: "conflict", message: expect.stringContaining("redeemed") });
    }
    expect(world.takeRequests().filter((request) => request.startsWith("POST"))).toEqual([]);
  });

  it("are for their own customer alone where they were made for one", async () => {
    const sibling = await world.addTenant("acme");
    await withCode(await code({ tenantId: "acme" }, acme.customerId));
    for (const customer of [sibling.customerId, globex.customerId]) {
      for (const tenantId of ["acme", "*"]) {
        await expect(withCode(await code({ tenantId }, customer))).rejects.toMatchObject({
          code: "not_found",
        });
      }
    }
  });
});

describe("on behalf of a connected account", () => {
  it("opens for an account that the settings name, and for no other", async () => {
    const service = world
      .service({ portal: { configuration, allowedOnBehalfOf: (tenantId) => [`acct_${tenantId}`] } })
      .forTenant("acme");
    await service.createCustomerPortalSession(acme.customerId, { onBehalfOf: "acct_acme" });
    expect(world.local.requests.at(-1)?.params).toMatchObject({ on_behalf_of: "acct_acme" });

    world.takeRequests();
    for (const onBehalfOf of ["acct_globex", "", null, ["acct_acme"]]) {
      await expect(
        service.createCustomerPortalSession(acme.customerId, { onBehalfOf: onBehalfOf as never }),
      ).rejects.toMatchObject({
        code: "invalid_argument",
        message: "onBehalfOf must be one of the accounts that portal.allowedOnBehalfOf names.",
      });
    }
    expect(world.takeRequests()).toEqual([]);
  });

  it("is refused where the settings name nobody", async () => {
    await expect(
      billing.createCustomerPortalSession(acme.customerId, { onBehalfOf: "acct_acme" }),
    ).rejects.toMatchObject({ code: "invalid_argument" });
  });
});

describe("a portal configuration that cannot serve the call", () => {
  const features = { invoice_history: { enabled: true } };
  const createSessionWith = (configurationId: string, flow?: PortalFlow) =>
    world
      .service({ portal: { configuration: configurationId } })
      .forTenant("acme")
      .createCustomerPortalSession(acme.customerId, flow === undefined ? {} : { flow });

  it.each<[string, () => Promise<string>]>([
    ["is missing", async () => "bpc_missing"],
    [
      "is of the other mode",
      async () => {
        const live = sdkFor(world.local, world.local.liveSecretKey);
        return (await live.billingPortal.configurations.create({ features })).id;
      },
    ],
    [
      "is of another account",
      async () => {
        const stripeAccount = world.local.connectAccount();
        return (await world.stripe.billingPortal.configurations.create({ features }, { stripeAccount })).id;
      },
    ],
    [
      "was deactivated",
      async () => {
        const { id } = await world.stripe.billingPortal.configurations.create({ features });
        await world.stripe.billingPortal.configurations.update(id, { active: false });
        return id;
      },
    ],
  ])("that %s is said to be so, with what to do", async (_, configurationId) => {
    await expect(createSessionWith(await configurationId())).rejects.toMatchObject({
      code: "portal_not_configured",
      message: expect.stringContaining("portal.configuration"),
    });
  });

  it("that has a flow's feature switched off is said to have it off", async () => {
    const { id } = await world.stripe.billingPortal.configurations.create({ features });
    await expect(
      createSessionWith(id, { type: "subscription_cancel", subscriptionId: acme.subscriptionId }),
    ).rejects.toMatchObject({
      code: "portal_not_configured",
      message: expect.stringContaining("is disabled in the portal configuration"),
    });
  });
});

function idOf(reference: string | { readonly id: string } | null | undefined): string {
  return typeof reference === "string" ? reference : (reference?.id ?? "");
}
