import { setTimeout as pause } from "node:timers/promises";
import type Stripe from "stripe";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  connectTenancy,
  type PortalConfigurationSpec,
  type StripeBillingService,
  toProblemResponse,
} from "../../src/index.js";
import { answer, clientThat } from "../isolation/intercepted-client.js";
import { RETURN_URL, type StripeWorld, sdkFor, startStripeWorld, type TenantWorld } from "../stripe-world.js";
import { addMeteredPrice } from "../subscriptions/plans.js";

let world: StripeWorld;
let acme: TenantWorld;
let globex: TenantWorld;
let billing: StripeBillingService;

beforeEach(async () => {
  world = await startStripeWorld();
  acme = await world.addTenant("acme");
  globex = await world.addTenant("globex");
  billing = world.service();
  world.takeRequests();
});

afterEach(() => world.close());

const LIST = "GET /v1/billing_portal/configurations";
const SEARCH = "GET /v1/prices/search";
const CREATE = "POST /v1/billing_portal/configurations";

const BRAND: PortalConfigurationSpec = {
  name: "Brand",
  headline: "Acme partners with Stripe",
  privacyPolicyUrl: "https://example.com/privacy",
  termsOfServiceUrl: "https://example.com/terms",
  returnUrl: "/account",
  features: {
    invoiceHistory: true,
    paymentMethodUpdate: true,
    customerUpdate: { allowedUpdates: ["tax_id", "email"] },
    subscriptionCancel: {
      mode: "immediately",
      prorationBehavior: "create_prorations",
      reasons: ["unused", "other"],
    },
    subscriptionPause: { intervals: [{ interval: "month", count: 3 }, { interval: "week" }] },
  },
};

const plansOf = (...offers: readonly TenantWorld[]): PortalConfigurationSpec => ({
  features: {
    paymentMethodUpdate: true,
    subscriptionUpdate: {
      allowedUpdates: ["price", "quantity"],
      products: offers.map(({ productId, priceId }) => ({ productId, priceIds: [priceId] })),
      prorationBehavior: "always_invoice",
      scheduleAtPeriodEnd: ["shortening_interval"],
      trialUpdateBehavior: "continue_trial",
      billingCycleAnchor: "now",
    },
  },
});

async function active(): Promise<Stripe.BillingPortal.Configuration[]> {
  const { data } = await world.stripe.billingPortal.configurations.list({ active: true, limit: 100 });
  world.takeRequests();
  return data.filter(({ is_default: isDefault }) => !isDefault);
}

async function priceOf(
  productId: string,
  recurring?: { interval: "month" | "year"; interval_count?: number },
): Promise<string> {
  const price = await world.stripe.prices.create({
    product: productId,
    currency: "usd",
    unit_amount: 900,
    ...(recurring && { recurring }),
  });
  return price.id;
}

async function sharedProduct(): Promise<TenantWorld> {
  const product = await world.stripe.products.create({ name: "Everyone's", metadata: { tenantId: "*" } });
  const priceId = await priceOf(product.id, { interval: "month" });
  return { ...acme, productId: product.id, priceId };
}

describe("ensurePortalConfiguration", () => {
  it("makes what the specification says, whole", async () => {
    const { id, shared, loginPageUrl } = await billing.forTenant("acme").ensurePortalConfiguration(BRAND);

    expect({ shared, loginPageUrl }).toEqual({ shared: true, loginPageUrl: null });
    expect(await world.stripe.billingPortal.configurations.retrieve(id)).toMatchObject({
      name: "Brand",
      active: true,
      is_default: false,
      business_profile: {
        headline: "Acme partners with Stripe",
        privacy_policy_url: "https://example.com/privacy",
        terms_of_service_url: "https://example.com/terms",
      },
      default_return_url: "https://app.example.com/account",
      login_page: { enabled: false },
      metadata: { tenantId: "*", billingSpec: expect.stringMatching(/^[\da-f]{64}$/) },
      features: {
        invoice_history: { enabled: true },
        payment_method_update: { enabled: true },
        customer_update: { enabled: true, allowed_updates: ["email", "tax_id"] },
        subscription_cancel: {
          enabled: true,
          mode: "immediately",
          proration_behavior: "create_prorations",
          cancellation_reason: { enabled: true, options: ["other", "unused"] },
        },
        subscription_pause: {
          enabled: true,
          duration: {
            type: "interval_options",
            interval_options: [
              { interval: "month", interval_count: 3 },
              { interval: "week", interval_count: 1 },
            ],
          },
        },
        subscription_update: { enabled: false },
      },
    });
  });

  it("offers the tenant's own products and shared ones", async () => {
    const shared = await sharedProduct();
    const spec = plansOf(acme, shared);
    const made = await billing.forTenant("acme").ensurePortalConfiguration(spec);

    expect(made.shared).toBe(false);
    const expand = ["features.subscription_update.products"];
    const configuration = await world.stripe.billingPortal.configurations.retrieve(made.id, { expand });
    expect(configuration.metadata).toMatchObject({ tenantId: "acme" });
    expect(configuration.features.subscription_update).toMatchObject({
      enabled: true,
      default_allowed_updates: ["price", "quantity"],
      proration_behavior: "always_invoice",
      schedule_at_period_end: { conditions: [{ type: "shortening_interval" }] },
      trial_update_behavior: "continue_trial",
      billing_cycle_anchor: "now",
      products: [
        { product: acme.productId, prices: [acme.priceId] },
        { product: shared.productId, prices: [shared.priceId] },
      ],
    });
  });

  it("offers products by ids of the account's own choice", async () => {
    const { id: productId } = await world.stripe.products.create({
      id: "gold-yearly",
      name: "Gold",
      metadata: { tenantId: "acme" },
    });
    const { id: priceId } = await world.stripe.prices.create({
      product: productId,
      currency: "usd",
      unit_amount: 9900,
      recurring: { interval: "year" },
    });
    const chosen = { ...acme, productId, priceId };
    const { id } = await billing.forTenant("acme").ensurePortalConfiguration(plansOf(chosen));
    const expand = ["features.subscription_update.products"];
    const made = await world.stripe.billingPortal.configurations.retrieve(id, { expand });
    expect(made.features.subscription_update.products).toMatchObject([{ product: "gold-yearly" }]);
    await expect(
      billing.forTenant("globex").ensurePortalConfiguration(plansOf(chosen)),
    ).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it("takes two requests to make one, three with products, one to find it, and none while it is remembered", async () => {
    const service = billing.forTenant("acme");
    await service.ensurePortalConfiguration(BRAND);
    expect(world.takeRequests()).toEqual([LIST, CREATE]);
    await service.ensurePortalConfiguration(plansOf(acme));
    expect(world.takeRequests()).toEqual([LIST, SEARCH, CREATE]);

    await service.ensurePortalConfiguration(BRAND);
    await service.ensurePortalConfiguration(plansOf(acme));
    expect(world.takeRequests()).toEqual([]);

    const another = world.service().forTenant("acme");
    await another.ensurePortalConfiguration(BRAND);
    await another.ensurePortalConfiguration(plansOf(acme));
    expect(world.takeRequests()).toEqual([LIST, LIST]);
  });

  it("makes one for a specification however it is written, and another when it changes", async () => {
    const service = () => world.service().forTenant("acme");
    const first = await service().ensurePortalConfiguration(BRAND);
    const { features, ...rest } = BRAND;
    const reordered = {
      features: {
        ...features,
        customerUpdate: { allowedUpdates: ["email", "tax_id", "email"] },
        subscriptionUpdate: undefined,
      },
      loginPage: false,
      ...rest,
    } as never;
    expect(await service().ensurePortalConfiguration(reordered)).toEqual(first);

    const other = await service().ensurePortalConfiguration({ ...BRAND, headline: "Other words" });
    expect(other.id).not.toBe(first.id);
    expect(await active()).toHaveLength(2);
  });

  it("leaves no litter: a hundred deploys of the same specifications make them once", async () => {
    for (let deploy = 0; deploy < 100; deploy++) {
      const deployed = world.service();
      for (const tenant of [acme, globex]) {
        await deployed.forTenant(tenant.tenantId).ensurePortalConfiguration(BRAND);
        await deployed.forTenant(tenant.tenantId).ensurePortalConfiguration(plansOf(tenant));
      }
    }
    expect(await active()).toHaveLength(3);
  });

  it("shares one among the tenants that ask for the same, and remembers it for all of them", async () => {
    const a = await billing.forTenant("acme").ensurePortalConfiguration(BRAND);
    world.takeRequests();
    const b = await billing.forTenant("globex").ensurePortalConfiguration(BRAND);

    expect(b).toEqual(a);
    expect(world.takeRequests()).toEqual([]);
    const { customerId } = globex;
    const service = world.service({ portal: { returnUrl: RETURN_URL, configuration: BRAND } });
    const session = await service.forTenant("globex").createCustomerPortalSession(customerId);
    expect(session.customerId).toBe(customerId);
  });

  it("ends with one when processes race", async () => {
    const racing = Array.from({ length: 12 }, (_, at) =>
      world
        .service()
        .forTenant(at % 2 ? "acme" : "globex")
        .ensurePortalConfiguration(BRAND),
    );
    const ids = new Set((await Promise.all(racing)).map(({ id }) => id));

    expect(ids.size).toBe(1);
    expect(await active()).toHaveLength(1);
  });

  it("takes the older one where two exist, whoever looks", async () => {
    const { id } = await billing.forTenant("acme").ensurePortalConfiguration(BRAND);
    const { metadata } = await world.stripe.billingPortal.configurations.retrieve(id);
    await pause(1_100);
    await world.stripe.billingPortal.configurations.create({
      features: { invoice_history: { enabled: true } },
      metadata: { ...metadata },
    });
    for (const tenantId of ["acme", "globex"]) {
      expect((await world.service().forTenant(tenantId).ensurePortalConfiguration(BRAND)).id).toBe(id);
    }
  });

  it("takes always the same of two of one second, however they are listed", async () => {
    const { id } = await billing.forTenant("acme").ensurePortalConfiguration(BRAND);
    const { metadata } = await world.stripe.billingPortal.configurations.retrieve(id);
    await world.stripe.billingPortal.configurations.create({
      features: { invoice_history: { enabled: true } },
      metadata: { ...metadata },
    });
    const used = new Set<string>();
    for (const isReversed of [false, true]) {
      const stripe = clientThat(world.local, async ({ method, path }, send) => {
        if (method !== "GET" || !path.startsWith("/v1/billing_portal/configurations?")) return send();
        const list = Object(await (await send()).toJSON());
        const data = list.data.map((one: object) => ({ ...one, created: 1_700_000_000 }));
        return answer(200, { ...list, data: isReversed ? data.reverse() : data });
      });
      const service = world.service({ stripe }).forTenant("acme");
      used.add((await service.ensurePortalConfiguration(BRAND)).id);
    }
    expect(used.size).toBe(1);
  });

  it("makes another one when Stripe still remembers one that was deactivated", async () => {
    const first = await billing.forTenant("acme").ensurePortalConfiguration(BRAND);
    await world.stripe.billingPortal.configurations.update(first.id, { active: false });
    const [second, third] = await Promise.all([
      world.service().forTenant("acme").ensurePortalConfiguration(BRAND),
      world.service().forTenant("globex").ensurePortalConfiguration(BRAND),
    ]);

    expect(second.id).not.toBe(first.id);
    expect(third).toEqual(second);
    expect((await active()).map(({ id }) => id)).toEqual([second.id]);
  });

  it("finds its own behind a page of others', whose ids it never shows", async () => {
    const { id } = await billing.forTenant("acme").ensurePortalConfiguration(plansOf(acme));
    for (let i = 0; i < 120; i++) {
      await world.stripe.billingPortal.configurations.create({
        features: { invoice_history: { enabled: true } },
        metadata: { tenantId: "globex", billingSpec: String(i) },
      });
    }
    world.takeRequests();
    expect((await world.service().forTenant("acme").ensurePortalConfiguration(plansOf(acme))).id).toBe(id);
    expect(world.takeRequests()).toEqual([LIST, LIST]);
  });

  it("takes no configuration that only claims to be the one: another tenant's, or nobody's, with the same hash", async () => {
    const { id } = await billing.forTenant("acme").ensurePortalConfiguration(plansOf(acme));
    const { metadata } = await world.stripe.billingPortal.configurations.retrieve(id);
    await world.stripe.billingPortal.configurations.update(id, { active: false });
    const forged = [];
    for (const mark of ["globex", "ACME", "acme ", undefined]) {
      const one = await world.stripe.billingPortal.configurations.create({
        features: { invoice_history: { enabled: true } },
        metadata: { billingSpec: metadata?.["billingSpec"] ?? "", ...(mark && { tenantId: mark }) },
      });
      forged.push(one.id);
    }
    const again = await world.service().forTenant("acme").ensurePortalConfiguration(plansOf(acme));
    expect(forged).not.toContain(again.id);
  });

  it("gives the address of a login page, each time from Stripe", async () => {
    const spec: PortalConfigurationSpec = { ...BRAND, loginPage: true };
    const made = await billing.forTenant("acme").ensurePortalConfiguration(spec);
    expect(made.loginPageUrl).toMatch(/^http/);
    world.takeRequests();
    expect(await billing.forTenant("acme").ensurePortalConfiguration(spec)).toEqual(made);
    expect(world.takeRequests()).toEqual([LIST]);
  });

  it("lets no codes be typed in an account that tenants share, where they may be another's", async () => {
    const spec = plansOf(acme);
    const subscriptionUpdate = { ...spec.features.subscriptionUpdate, allowedUpdates: ["promotion_code"] };
    await expect(
      billing.forTenant("acme").ensurePortalConfiguration({
        features: { paymentMethodUpdate: true, subscriptionUpdate },
      } as PortalConfigurationSpec),
    ).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringMatching(/catalog\.promotionCodes/),
    });
    expect(world.takeRequests()).toEqual([]);
  });

  it("lets codes be typed where the settings say that they are for all tenants", async () => {
    const service = world.service({ catalog: { promotionCodes: "shared" } }).forTenant("acme");
    const { subscriptionUpdate } = plansOf(acme).features;
    if (subscriptionUpdate === undefined) throw new Error("it offers plans");
    const { id } = await service.ensurePortalConfiguration({
      features: {
        paymentMethodUpdate: true,
        subscriptionUpdate: { ...subscriptionUpdate, allowedUpdates: ["price", "promotion_code"] },
      },
    });
    expect((await world.stripe.billingPortal.configurations.retrieve(id)).features).toMatchObject({
      subscription_update: { default_allowed_updates: ["price", "promotion_code"] },
    });
  });

  it("works in a tenant's own connected account", async () => {
    const account = world.local.connectAccount();
    const own = await world.addTenant("initech", { stripeAccount: account });
    const service = world
      .service({ tenancy: connectTenancy({ accountOf: () => account, tenantOf: () => "initech" }) })
      .forTenant("initech");
    const first = await service.ensurePortalConfiguration(plansOf(own));
    const { subscriptionUpdate } = plansOf(own).features;
    if (subscriptionUpdate === undefined) throw new Error("it offers plans");
    const typed = { ...subscriptionUpdate, allowedUpdates: ["price", "promotion_code"] as const };
    const other = await service.ensurePortalConfiguration({
      features: { paymentMethodUpdate: true, subscriptionUpdate: typed },
    });
    expect(other.id).not.toBe(first.id);
    expect(await service.ensurePortalConfiguration(plansOf(own))).toEqual(first);
    const options = { stripeAccount: account };
    expect(
      (await world.stripe.billingPortal.configurations.retrieve(first.id, {}, options)).metadata,
    ).toEqual({ billingSpec: expect.any(String) });
  });
});

describe("what a portal may offer", () => {
  it("is no change of plan without a change of card, and no quantity below its minimum", async () => {
    const { subscriptionUpdate } = plansOf(acme).features;
    if (subscriptionUpdate === undefined) throw new Error("it offers plans");
    const withoutCards = { features: { subscriptionUpdate } };
    await expect(billing.forTenant("acme").ensurePortalConfiguration(withoutCards)).rejects.toThrow(
      "Set features.paymentMethodUpdate to true.",
    );
    const service = world.service({ portal: { returnUrl: RETURN_URL, configuration: withoutCards } });
    const { checks } = await service.forTenant("acme").diagnosePortal({ customerId: acme.customerId });
    expect(checks.find(({ check }) => check === "configuration")).toMatchObject({ status: "failure" });

    const quantity = { minimum: 3, maximum: 2 };
    const products = subscriptionUpdate.products.map((product) => ({ ...product, quantity }));
    const features = { paymentMethodUpdate: true, subscriptionUpdate: { ...subscriptionUpdate, products } };
    await expect(billing.forTenant("acme").ensurePortalConfiguration({ features })).rejects.toThrow(
      "quantity.minimum",
    );
  });

  const offer = (products: readonly { productId: string; priceIds: readonly string[] }[]) =>
    billing.forTenant("acme").ensurePortalConfiguration({
      features: { paymentMethodUpdate: true, subscriptionUpdate: { allowedUpdates: ["price"], products } },
    });

  it("is nothing of another tenant's, nor of nobody's", async () => {
    const nobodys = await world.stripe.products.create({ name: "Nobody's" });
    const nobodysPrice = await priceOf(nobodys.id, { interval: "month" });
    const offers = [
      { productId: globex.productId, priceIds: [globex.priceId] },
      { productId: acme.productId, priceIds: [globex.priceId] },
      { productId: globex.productId, priceIds: [acme.priceId] },
      { productId: nobodys.id, priceIds: [nobodysPrice] },
      { productId: "prod_missing", priceIds: ["price_missing"] },
      { productId: "prod_missing", priceIds: [acme.priceId] },
    ];
    for (const one of offers) {
      await expect(offer([one])).rejects.toMatchObject({ code: "not_found" });
    }
    expect(await active()).toEqual([]);
  });

  it("is at most ten products", async () => {
    const products = Array.from({ length: 11 }, (_, i) => ({
      productId: `prod_${i}`,
      priceIds: [`price_${i}`],
    }));
    await expect(offer(products)).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining("10 products"),
    });
    expect(world.takeRequests()).toEqual([]);
  });

  it("is ten products with one search", async () => {
    const products = [];
    for (let i = 0; i < 10; i++) {
      const { productId, priceId } = await world.addTenant("acme");
      products.push({ productId, priceIds: [priceId, await priceOf(productId, { interval: "year" })] });
    }
    world.takeRequests();
    await offer(products);
    expect(world.takeRequests()).toEqual([LIST, SEARCH, CREATE]);
  });

  it("is no usage-based price, which Stripe's portal changes nothing to or from", async () => {
    const { productId } = acme;
    const metered = await addMeteredPrice(world, acme);
    await expect(offer([{ productId, priceIds: [metered] }])).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining("usage-based"),
    });
    expect(await active()).toEqual([]);
  });

  it("is one price for each interval of a product", async () => {
    const { productId, priceId } = acme;
    const quarterly = await priceOf(productId, { interval: "month", interval_count: 3 });
    await offer([{ productId, priceIds: [priceId, quarterly] }]);

    const monthly = await priceOf(productId, { interval: "month" });
    await expect(offer([{ productId, priceIds: [priceId, monthly] }])).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining("the same interval"),
    });
  });

  it("is recurring, for sale, and of the product it is offered with", async () => {
    const { productId, priceId } = acme;
    const once = await priceOf(productId);
    await expect(offer([{ productId, priceIds: [once] }])).rejects.toThrow(
      "products[0] has a one-time price; a portal can only offer recurring ones.",
    );

    const other = await world.addTenant("acme");
    await expect(
      offer([
        { productId, priceIds: [other.priceId] },
        { productId: other.productId, priceIds: [priceId] },
      ]),
    ).rejects.toThrow("products[0].priceIds must be prices of that product.");

    const archived = await priceOf(productId, { interval: "year" });
    await world.stripe.prices.update(archived, { active: false });
    const mixed = { productId, priceIds: [priceId, other.priceId] };
    const others = { productId: other.productId, priceIds: [other.otherPriceId] };
    await expect(offer([others, mixed])).rejects.toThrow(
      "products[1].priceIds must be prices of that product.",
    );

    const onSale = { productId: other.productId, priceIds: [other.priceId] };
    await expect(offer([onSale, { productId, priceIds: [archived] }])).rejects.toMatchObject({
      code: "conflict",
      message: "products[1] or a price of it is archived, so it cannot be offered.",
    });
    await world.stripe.products.update(other.productId, { active: false });
    await expect(offer([{ productId: other.productId, priceIds: [other.priceId] }])).rejects.toMatchObject({
      code: "conflict",
    });
  });

  it("includes prices that Stripe's search does not know yet", async () => {
    world.local.setSearchDelay(60_000);
    const priceId = await priceOf(acme.productId, { interval: "year" });
    world.takeRequests();
    await offer([{ productId: acme.productId, priceIds: [priceId] }]);
    expect(world.takeRequests()).toEqual([LIST, SEARCH, `GET /v1/prices/${priceId}`, CREATE]);
  });

  it("refuses a product or price that is named twice", async () => {
    const { productId, priceId } = acme;
    const twice = { productId, priceIds: [priceId] };
    await expect(offer([twice, twice])).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining("products must name each of them once"),
    });
    await expect(offer([{ productId, priceIds: [priceId, priceId] }])).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining("priceIds must name each of them once"),
    });
  });
});

describe("a specification in the settings", () => {
  const serviceWith = (
    configuration: PortalConfigurationSpec | ((tenantId: string) => PortalConfigurationSpec),
  ) => world.service({ portal: { returnUrl: RETURN_URL, configuration } });

  it("is ensured for a session, and costs nothing while it is remembered", async () => {
    const service = serviceWith((tenantId) => plansOf(tenantId === "acme" ? acme : globex)).forTenant("acme");
    await service.createCustomerPortalSession(acme.customerId);
    const [proof, list, ...others] = world.takeRequests();
    expect([list, proof].sort()).toEqual([LIST, `GET /v1/customers/${acme.customerId}`]);
    expect(others).toEqual([SEARCH, CREATE, "POST /v1/billing_portal/sessions"]);
    await service.createCustomerPortalSession(acme.customerId);
    expect(world.takeRequests()).toEqual([
      `GET /v1/customers/${acme.customerId}`,
      "POST /v1/billing_portal/sessions",
    ]);
    const [{ id } = { id: "" }] = await active();
    expect(world.local.requests.length).toBe(0);
    await service.createCustomerPortalSession(acme.customerId);
    expect(world.local.requests.at(-1)?.params).toMatchObject({ configuration: id });
  });

  it("is made again when somebody deactivated it meanwhile", async () => {
    const service = serviceWith(BRAND).forTenant("acme");
    await service.createCustomerPortalSession(acme.customerId);
    const [first] = await active();
    await world.stripe.billingPortal.configurations.update(first?.id ?? "", { active: false });

    const session = await service.createCustomerPortalSession(acme.customerId);
    expect(session.url).toMatch(/^http/);
    expect(await active()).toHaveLength(1);
  });

  it.each([
    [400, "invalid_argument", false],
    [403, "permission", false],
    [429, "rate_limited", true],
  ])(
    "is told as made when its session is refused with %i, as worth a retry or not",
    async (statusCode, code, retryable) => {
      const sdk = sdkFor(world.local);
      const refusing = {
        rawRequest: (method: string, path: string, ...rest: never[]) =>
          path === "/v1/billing_portal/sessions"
            ? Promise.reject({ statusCode, rawType: "invalid_request_error" })
            : sdk.rawRequest(method, path, ...rest),
      };
      const portal = { returnUrl: RETURN_URL, configuration: BRAND };
      const service = world.service({ stripe: refusing, portal, maxRetries: 0 });
      const error: unknown = await service
        .forTenant("acme")
        .createCustomerPortalSession(acme.customerId)
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        code: "indeterminate",
        retryable,
        completed: ["the portal configuration"],
        failed: "the session",
        cause: code === "invalid_argument" ? { code } : { code: "indeterminate", cause: { code } },
      });
      expect(toProblemResponse(error).status).toBe(retryable ? 503 : 500);
    },
  );

  it("repairs an account without a default configuration", async () => {
    const bare = await startStripeWorld({ defaultPortalConfiguration: false });
    try {
      const { customerId } = await bare.addTenant("acme");
      const service = bare.service({ portal: { configuration: { features: { invoiceHistory: true } } } });
      await service.forTenant("acme").createCustomerPortalSession(customerId);
    } finally {
      await bare.close();
    }
  });

  it("that offers what is not the tenant's is a matter of the settings, not of the caller's ids", async () => {
    await expect(
      serviceWith(plansOf(globex)).forTenant("acme").createCustomerPortalSession(acme.customerId),
    ).rejects.toMatchObject({
      code: "portal_not_configured",
      message: expect.stringContaining(
        "The specification in portal.configuration cannot be used for this tenant.",
      ),
      cause: { code: "not_found" },
    });
  });

  it("that Stripe could not be asked for is no matter of the settings", async () => {
    const sdk = sdkFor(world.local);
    const stripe = {
      rawRequest: (method: string, path: string, ...rest: never[]) =>
        method === "GET" && path.startsWith("/v1/billing_portal/configurations")
          ? Promise.reject({ statusCode: 503 })
          : sdk.rawRequest(method, path, ...rest),
    };
    const portal = { returnUrl: RETURN_URL, configuration: BRAND };
    const service = world.service({ stripe, portal, maxRetries: 0 }).forTenant("acme");
    await expect(service.createCustomerPortalSession(acme.customerId)).rejects.toMatchObject({
      code: "stripe_unavailable",
    });
  });

  it("that is remembered is asked for again only where the session says that it is gone", async () => {
    const sdk = sdkFor(world.local);
    let isDown = false;
    const stripe = {
      rawRequest: (method: string, path: string, ...rest: never[]) =>
        isDown && path === "/v1/billing_portal/sessions"
          ? Promise.reject({ statusCode: 400, rawType: "invalid_request_error" })
          : sdk.rawRequest(method, path, ...rest),
    };
    const portal = { returnUrl: RETURN_URL, configuration: BRAND };
    const service = world.service({ stripe, portal }).forTenant("acme");
    await service.createCustomerPortalSession(acme.customerId);
    isDown = true;
    world.takeRequests();
    await expect(service.createCustomerPortalSession(acme.customerId)).rejects.toMatchObject({
      code: "invalid_argument",
    });
    expect(world.takeRequests()).toEqual([`GET /v1/customers/${acme.customerId}`]);
  });

  it.each<[object, string]>([
    [
      { configuration: () => 7 },
      'portal.configuration must return the id of a portal configuration, such as "bpc_…", or its specification.',
    ],
    [{ configuration: () => "bpc_a-b" }, "portal.configuration must return"],
    [{ configuration: () => "a bpc_1" }, "portal.configuration must return"],
    [{ locale: () => "English" }, 'portal.locale must return a language tag such as "en-GB", or "auto".'],
    [{ locale: () => 7 }, "portal.locale must return"],
    [
      { allowedOnBehalfOf: () => "acct_1" },
      'portal.allowedOnBehalfOf must return a list of connected accounts, such as "acct_…".',
    ],
    [{ allowedOnBehalfOf: () => [7] }, "portal.allowedOnBehalfOf must return"],
    [{ allowedOnBehalfOf: () => ["acct_1", "an acct_1"] }, "portal.allowedOnBehalfOf must return"],
    [{ allowedOnBehalfOf: () => ["acct_a-b"] }, "portal.allowedOnBehalfOf must return"],
  ])("is a function of the tenant that gives what it has to: not %o", async (settings, sentence) => {
    const portal = { returnUrl: RETURN_URL, ...settings } as never;
    const session = world.service({ portal }).forTenant("acme").createCustomerPortalSession(acme.customerId);
    await expect(session).rejects.toMatchObject({
      code: "configuration",
      message: expect.stringContaining(sentence),
    });
    expect(world.takeRequests()).toEqual([]);
  });

  it.each(["auto", "de", "en-GB", "es-419", "fil"])("has the locale %s", async (locale) => {
    const portal = { returnUrl: RETURN_URL, locale: () => locale };
    const service = world.service({ portal }).forTenant("acme");
    await service.createCustomerPortalSession(acme.customerId);
    expect(world.local.requests.at(-1)?.params).toEqual({
      customer: acme.customerId,
      return_url: RETURN_URL,
      locale,
    });
  });

  it("is not made for a customer who is another tenant's", async () => {
    await expect(
      serviceWith(BRAND).forTenant("acme").createCustomerPortalSession(globex.customerId),
    ).rejects.toMatchObject({ code: "not_found" });
    expect(await active()).toEqual([]);
  });

  it("is checked when the service is made", () => {
    expect(() => serviceWith({ features: { invoiceHistory: "yes" } } as never)).toThrow(
      expect.objectContaining({ code: "configuration" }),
    );
  });
});

describe("deactivateUnusedPortalConfigurations", () => {
  const minAgeMs = 0;
  const old: PortalConfigurationSpec = { features: { invoiceHistory: true } };

  it("lists what no specification names any more, and deactivates it when told to", async () => {
    const service = billing.forTenant("acme");
    const other = await world.addTenant("acme");
    const kept = await service.ensurePortalConfiguration(plansOf(acme));
    const unused = await service.ensurePortalConfiguration(plansOf(acme, other));
    await service.ensurePortalConfiguration(BRAND);
    const byHand = await world.stripe.billingPortal.configurations.create({
      features: { invoice_history: { enabled: true } },
      metadata: { tenantId: "acme" },
    });
    world.takeRequests();

    const options = { inUse: [plansOf(acme)], minAgeMs };
    const dry = await service.deactivateUnusedPortalConfigurations(options);
    expect(dry).toEqual([expect.objectContaining({ id: unused.id, active: true, shared: false })]);
    expect(world.takeRequests()).toEqual([LIST]);
    expect(await active()).toHaveLength(4);

    const done = await service.deactivateUnusedPortalConfigurations({ ...options, dryRun: false });
    expect(done).toEqual([expect.objectContaining({ id: unused.id, active: false })]);
    const left = (await active()).map(({ id }) => id);
    expect(left).not.toContain(unused.id);
    expect(left).toEqual(expect.arrayContaining([kept.id, byHand.id]));
    expect(await service.deactivateUnusedPortalConfigurations(options)).toEqual([]);
  });

  it("leaves what is younger than a day, unless told otherwise", async () => {
    await billing.forTenant("acme").ensurePortalConfiguration(plansOf(acme));
    expect(await billing.forTenant("acme").deactivateUnusedPortalConfigurations({ inUse: [] })).toEqual([]);
  });

  it("touches nothing of another tenant's and nothing that is shared", async () => {
    await billing.forTenant("globex").ensurePortalConfiguration(plansOf(globex));
    await billing.forTenant("acme").ensurePortalConfiguration(BRAND);
    const before = await active();

    const options = { inUse: [], minAgeMs, dryRun: false };
    expect(await billing.forTenant("acme").deactivateUnusedPortalConfigurations(options)).toEqual([]);
    expect(await active()).toEqual(before);
  });

  it("lets whoever operates the service deactivate what is shared, and nothing of a tenant's", async () => {
    await billing.forTenant("acme").ensurePortalConfiguration(old);
    await billing.forTenant("acme").ensurePortalConfiguration({ ...BRAND, returnUrl: RETURN_URL });
    await billing.forTenant("acme").ensurePortalConfiguration(plansOf(acme));

    const inUse = [{ ...BRAND, returnUrl: RETURN_URL }];
    const options = { shared: true, inUse, minAgeMs, dryRun: false };
    const done = await world.service().deactivateUnusedPortalConfigurations(options);
    expect(done).toEqual([expect.objectContaining({ shared: true, active: false })]);
    expect(await active()).toHaveLength(2);
  });

  it("refuses a tenant what is shared by all, and an unbound service everything else", async () => {
    const options = { inUse: [], minAgeMs, dryRun: false };
    await expect(
      billing.forTenant("acme").deactivateUnusedPortalConfigurations({ ...options, shared: true }),
    ).rejects.toMatchObject({ code: "tenant_context" });
    await expect(billing.deactivateUnusedPortalConfigurations(options)).rejects.toMatchObject({
      code: "tenant_context",
    });
    expect(world.takeRequests()).toEqual([]);
  });

  const specOf = (headline: string): PortalConfigurationSpec => ({ ...old, headline });

  it("takes one key for all, and says which of them were done where one is refused", async () => {
    const made = [];
    for (const headline of ["One", "Two"]) {
      const { id } = await billing.forTenant("acme").ensurePortalConfiguration(specOf(headline));
      made.push(await world.stripe.billingPortal.configurations.retrieve(id));
    }
    // The oldest goes first; those of one second go by their ids, which are random here.
    const byAge = made.sort((a, b) => a.created - b.created || (a.id < b.id ? -1 : 1));
    const [first, second] = byAge.map(({ id }) => id);
    const options = { shared: true, inUse: [], minAgeMs: 0, dryRun: false, idempotencyKey: "prune" };
    const refusing = world.service({
      stripe: {
        rawRequest: (method, path, params, rest) =>
          method === "POST" && path.endsWith(`/${second}`)
            ? Promise.reject({ statusCode: 400, rawType: "invalid_request_error" })
            : world.stripe.rawRequest(method, path, params, rest),
      },
    });
    await expect(refusing.deactivateUnusedPortalConfigurations(options)).rejects.toMatchObject({
      code: "indeterminate",
      completed: [`the deactivation of ${first}`],
      failed: `the deactivation of ${second}`,
      idempotencyKey: "prune",
    });
    const left = await world.service().deactivateUnusedPortalConfigurations(options);
    expect(left.map(({ id }) => id)).toEqual([second]);
    expect((await world.stripe.billingPortal.configurations.retrieve(second ?? "")).active).toBe(false);
  });

  it("takes specifications whose pages are anywhere, but spelled plainly", async () => {
    const prune = (spec: object) =>
      world.service({ portal: {} }).deactivateUnusedPortalConfigurations({
        shared: true,
        inUse: [{ ...spec, features: {} }],
        minAgeMs: 0,
      });
    await expect(prune({ returnUrl: "https://anywhere.example/billing" })).resolves.toEqual([]);
    for (const [name, said] of [
      ["returnUrl", "returnUrl must be an absolute https URL."],
      ["privacyPolicyUrl", "privacyPolicyUrl must be an absolute https URL."],
      ["termsOfServiceUrl", "termsOfServiceUrl must be an absolute https URL."],
    ] as const) {
      await expect(prune({ [name]: "/relative" })).rejects.toThrow(said);
    }
  });

  it("leaves the account's default alone, however it is marked", async () => {
    const service = billing.forTenant("acme");
    const { id } = await service.ensurePortalConfiguration(plansOf(acme));
    const { configurations } = world.stripe.billingPortal;
    const { metadata } = await configurations.retrieve(id);
    const [usual] = (await configurations.list({ is_default: true })).data;
    await configurations.update(usual?.id ?? "", { metadata: { ...metadata } });

    const unused = await service.deactivateUnusedPortalConfigurations({ inUse: [], minAgeMs });
    expect(unused.map((one) => one.id)).toEqual([id]);
  });

  it("deactivates the younger twin of one that is in use", async () => {
    const { id } = await billing.forTenant("acme").ensurePortalConfiguration(plansOf(acme));
    const { metadata } = await world.stripe.billingPortal.configurations.retrieve(id);
    await pause(1_100);
    const twin = await world.stripe.billingPortal.configurations.create({
      features: { invoice_history: { enabled: true } },
      metadata: { ...metadata },
    });
    const options = { inUse: [plansOf(acme)], minAgeMs };
    const listed = await billing.forTenant("acme").deactivateUnusedPortalConfigurations(options);
    expect(listed.map((one) => one.id)).toEqual([twin.id]);
  });

  it.each<[unknown, string]>([
    [undefined, "must be an object"],
    [null, "must be an object"],
    [{}, "inUse must be"],
    [{ inUse: "all" }, "inUse must be"],
    [{ inUse: [{}] }, "features must be"],
    [{ inUse: [], minAgeMs: -1 }, "minAgeMs must be"],
    [{ inUse: [], minAgeMs: 0.5 }, "minAgeMs must be"],
    [{ inUse: [], dryRun: "no" }, "dryRun must be"],
    [{ inUse: [], shared: "yes" }, "shared must be"],
  ])("refuses %o, and says %s", async (options, words) => {
    await expect(
      billing.forTenant("acme").deactivateUnusedPortalConfigurations(options as never),
    ).rejects.toMatchObject({ code: "invalid_argument", message: expect.stringContaining(words) });
    expect(world.takeRequests()).toEqual([]);
  });
});

describe("a client of another mode", () => {
  it("never finds the other mode's configuration", async () => {
    await billing.forTenant("acme").ensurePortalConfiguration(BRAND);
    const live = sdkFor(world.local, world.local.liveSecretKey);
    const { id } = await world
      .service({ stripe: live, mode: "live" })
      .forTenant("acme")
      .ensurePortalConfiguration(BRAND);
    expect((await live.billingPortal.configurations.retrieve(id)).livemode).toBe(true);
  });
});
