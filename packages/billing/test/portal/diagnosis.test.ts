import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  connectTenancy,
  type DiagnosePortalOptions,
  type PortalCheckName,
  type PortalDiagnosis,
  type StripeBillingConfig,
  StripeBillingService,
} from "../../src/index.js";
import { answer, clientThat } from "../isolation/intercepted-client.js";
import { RETURN_URL, type StripeWorld, sdkFor, startStripeWorld, type TenantWorld } from "../stripe-world.js";
import { addMeteredPrice } from "../subscriptions/plans.js";

let world: StripeWorld;
let acme: TenantWorld;
let globex: TenantWorld;

beforeAll(async () => {
  world = await startStripeWorld();
  acme = await world.addTenant("acme");
  globex = await world.addTenant("globex");
});

beforeEach(() => {
  world.takeRequests();
});

afterAll(() => world.close());

async function diagnose(
  options: DiagnosePortalOptions = {},
  config: Partial<StripeBillingConfig> = {},
): Promise<PortalDiagnosis> {
  const service = world.service(config).forTenant("acme");
  const diagnosis = await service.diagnosePortal({ customerId: acme.customerId, ...options });
  assertTold(diagnosis);
  return diagnosis;
}

/** Each check says in sentences what is so, and what to do about it unless it is well. */
function assertTold({ checks }: PortalDiagnosis): void {
  for (const { status, fact, advice } of checks) {
    expect(fact).toMatch(/^\S.+\.$/s);
    if (status === "ok") expect(advice).toBeNull();
    else expect(advice).toMatch(/^\S.+\.$/s);
  }
}

const withConfiguration = (configuration: string) => ({ portal: { returnUrl: RETURN_URL, configuration } });

/** The statuses, and what is said of one check. */
function of(diagnosis: PortalDiagnosis, check: PortalCheckName) {
  return diagnosis.checks.filter((one) => one.check === check);
}

async function offering(...offers: readonly { product: string; prices: string[] }[]): Promise<string> {
  const { id } = await world.stripe.billingPortal.configurations.create({
    features: {
      subscription_cancel: { enabled: true },
      payment_method_update: { enabled: true },
      subscription_update: {
        enabled: true,
        default_allowed_updates: ["price"],
        products: [...offers],
      },
    },
  });
  return id;
}

async function productOf(tenantId: string, currency = "usd"): Promise<{ product: string; prices: string[] }> {
  const product = await world.stripe.products.create({
    name: `Plan of ${tenantId}`,
    metadata: { tenantId, tier: "pro" },
  });
  const price = await world.stripe.prices.create({
    product: product.id,
    currency,
    unit_amount: 900,
    recurring: { interval: "month" },
  });
  return { product: product.id, prices: [price.id] };
}

describe("diagnosePortal", () => {
  it("finds nothing wrong where nothing is, and writes nothing", async () => {
    const diagnosis = await diagnose();

    expect(diagnosis.checks.map(({ check, status, fact }) => [check, status, fact])).toEqual([
      ["key", "ok", "Stripe accepts the key, and the key may read everything that was checked."],
      ["customer", "ok", `${acme.customerId} exists and is this tenant's.`],
      ["returnUrl", "ok", "It leads to https://app.example.com, which is allowed."],
      ["configuration", "ok", "It is the account's default, and active."],
      ["features", "ok", expect.stringMatching(/^Enabled: [a-z_, ]+\.$/)],
      ["products", "ok", "Plan changes are disabled."],
      ["session", "ok", "Nothing prevents a session. None was opened."],
    ]);
    expect(diagnosis.ok).toBe(true);
    expect(Object.isFrozen(diagnosis.checks)).toBe(true);
    expect(world.takeRequests()).toEqual([
      `GET /v1/customers/${acme.customerId}`,
      "GET /v1/billing_portal/configurations",
    ]);
  });

  it("opens a session when told so, and shows nobody its address", async () => {
    const diagnosis = await diagnose({
      createSession: true,
      flow: { type: "subscription_cancel", subscriptionId: acme.subscriptionId },
    });

    expect(of(diagnosis, "session")).toMatchObject([
      { status: "ok", fact: "A session was opened, and its URL discarded." },
    ]);
    expect(of(diagnosis, "flow")).toMatchObject([
      { status: "ok", fact: "subscription_cancel is possible: everything it names is this customer's." },
    ]);
    expect(world.local.requests.at(-1)?.params).toMatchObject({
      customer: acme.customerId,
      return_url: RETURN_URL,
      flow_data: { type: "subscription_cancel" },
    });
    expect(world.takeRequests()).toContain("POST /v1/billing_portal/sessions");
    expect(JSON.stringify(diagnosis)).not.toContain("/p/session/");
  });

  it("opens a session that leads where the call says, or nowhere", async () => {
    await diagnose({ createSession: true, returnUrl: "/plans" });
    expect(world.local.requests.at(-1)?.params).toMatchObject({
      return_url: "https://app.example.com/plans",
    });
    await diagnose({ createSession: true }, { portal: {} });
    expect(world.local.requests.at(-1)?.params).toEqual({ customer: acme.customerId });
  });

  it("says that a session cannot be opened which Stripe refuses", async () => {
    const stripe = {
      rawRequest: (method: string, path: string, ...rest: never[]) =>
        method === "POST"
          ? Promise.reject({ statusCode: 400, rawType: "invalid_request_error" })
          : world.stripe.rawRequest(method, path, ...rest),
    };
    const diagnosis = await diagnose({ createSession: true }, { stripe });
    expect(diagnosis.ok).toBe(false);
    expect(of(diagnosis, "session")).toMatchObject([{ status: "failure" }]);
  });

  it("says of another tenant's customer what it says of a missing one", async () => {
    const foreign = await diagnose({ customerId: globex.customerId });
    const missing = await diagnose({ customerId: "cus_missing" });

    expect(foreign).toEqual(missing);
    expect(foreign.ok).toBe(false);
    expect(of(foreign, "customer")).toMatchObject([
      { status: "failure", advice: expect.stringContaining("mode") },
    ]);
    expect(JSON.stringify(foreign)).not.toMatch(/globex|cus_/);
  });

  it("sees that a customer was deleted, and one of the other mode", async () => {
    const gone = await world.addTenant("acme");
    await world.stripe.customers.del(gone.customerId);
    const live = sdkFor(world.local, world.local.liveSecretKey);
    const other = await live.customers.create({ metadata: { tenantId: "acme" } });
    for (const customerId of [gone.customerId, other.id]) {
      expect(of(await diagnose({ customerId }), "customer")).toMatchObject([{ status: "failure" }]);
    }
  });

  it.each([
    ["/billing", "ok"],
    ["https://evil.example/", "failure"],
    ["javascript:alert(1)", "failure"],
    [7, "failure"],
  ])("judges the return URL %s: %s", async (returnUrl, status) => {
    const diagnosis = await diagnose({ returnUrl: returnUrl as string });
    expect(of(diagnosis, "returnUrl")).toMatchObject([{ status }]);
    expect(of(diagnosis, "session")).toMatchObject([{ status }]);
  });

  it("warns where there is no return URL at all", async () => {
    const diagnosis = await diagnose({}, { portal: {} });
    expect(of(diagnosis, "returnUrl")).toEqual([
      {
        check: "returnUrl",
        status: "warning",
        fact: "There is no return URL, neither in the call nor in the settings.",
        advice:
          "Set portal.returnUrl. Without it, the portal has no link back unless its configuration has one.",
      },
    ]);
    expect(diagnosis.ok).toBe(true);
  });

  it("sees what is wrong with a flow", async () => {
    const sibling = await world.addTenant("acme");
    const ended = await world.addTenant("acme");
    await world.stripe.subscriptions.cancel(ended.subscriptionId);
    const leaving = await world.addTenant("acme");
    await world.stripe.subscriptions.update(leaving.subscriptionId, { cancel_at_period_end: true });
    const dated = await world.addTenant("acme");
    await world.stripe.subscriptions.update(dated.subscriptionId, { cancel_at: "max_period_end" });
    const flowOf = (subscriptionId: string) => ({ type: "subscription_cancel", subscriptionId }) as const;

    for (const { subscriptionId } of [globex, sibling, { subscriptionId: "sub_missing" }]) {
      expect(of(await diagnose({ flow: flowOf(subscriptionId) }), "flow")).toMatchObject([
        { status: "failure", fact: expect.stringContaining("no such object") },
      ]);
    }
    for (const [{ customerId, subscriptionId }, fact] of [
      [ended, "ended"],
      [leaving, "already scheduled to be canceled"],
      [dated, "already scheduled to be canceled"],
    ] as const) {
      expect(of(await diagnose({ customerId, flow: flowOf(subscriptionId) }), "flow")).toMatchObject([
        { status: "failure", fact: expect.stringContaining(fact) },
      ]);
    }
    expect(of(await diagnose({ flow: { type: "fly" } as never }), "flow")).toMatchObject([
      { status: "failure", fact: expect.stringContaining("flow.type") },
    ]);
  });

  it("sees subscriptions that Stripe's portal can only cancel", async () => {
    const invoiced = await world.addTenant("acme");
    const { subscriptionId, customerId } = invoiced;
    await world.stripe.subscriptions.update(subscriptionId, {
      collection_method: "send_invoice",
      days_until_due: 30,
    });
    const configuration = await offering({ product: acme.productId, prices: [acme.priceId] });
    for (const flow of [
      { type: "subscription_update", subscriptionId },
      { type: "subscription_update_confirm", subscriptionId, quantity: 2 },
    ] as const) {
      const diagnosis = await diagnose({ customerId, flow }, withConfiguration(configuration));
      expect(of(diagnosis, "flow")).toEqual([
        {
          check: "flow",
          status: "failure",
          fact: `${subscriptionId} is paid by invoice, so customers can only cancel it in Stripe's portal.`,
          advice: "Change it with updateSubscription instead.",
        },
      ]);
    }
    for (const type of ["subscription_cancel", "subscription_pause"] as const) {
      expect(of(await diagnose({ customerId, flow: { type, subscriptionId } }), "flow")).toMatchObject([
        { status: "ok" },
      ]);
    }
  });

  it("sees which subscriptions a change of plan cannot be opened for, and that they can be canceled", async () => {
    const several = await world.addTenant("acme");
    const { stripe } = world;
    const { prices } = await productOf("acme");
    await stripe.subscriptions.update(several.subscriptionId, { items: [{ price: prices[0] ?? "" }] });
    const metered = await world.addTenant("acme");
    const price = await addMeteredPrice(world, metered);
    const { id: usage } = await stripe.subscriptions.create({
      customer: metered.customerId,
      items: [{ price }],
    });
    const scheduled = await world.addTenant("acme");
    await stripe.subscriptionSchedules.create({ from_subscription: scheduled.subscriptionId });
    const look = async (customerId: string, subscriptionId: string) => {
      const update = await diagnose({ customerId, flow: { type: "subscription_update", subscriptionId } });
      const cancel = await diagnose({ customerId, flow: { type: "subscription_cancel", subscriptionId } });
      expect(of(cancel, "flow")).toMatchObject([{ status: "ok" }]);
      return of(update, "flow");
    };

    expect(await look(several.customerId, several.subscriptionId)).toMatchObject([
      { status: "failure", fact: expect.stringContaining("several items") },
    ]);
    expect(await look(metered.customerId, usage)).toMatchObject([
      { status: "failure", fact: expect.stringContaining("metered") },
    ]);
    expect(await look(scheduled.customerId, scheduled.subscriptionId)).toMatchObject([{ status: "ok" }]);
  });

  it("names what a configuration has switched on, and sees that one has nothing", async () => {
    const { id } = await world.stripe.billingPortal.configurations.create({
      features: { payment_method_update: { enabled: true }, invoice_history: { enabled: true } },
    });
    expect(of(await diagnose({}, withConfiguration(id)), "features")).toMatchObject([
      { status: "ok", fact: "Enabled: invoice_history, payment_method_update." },
    ]);
    await world.stripe.billingPortal.configurations.update(id, {
      features: { payment_method_update: { enabled: false }, invoice_history: { enabled: false } },
    });
    expect(of(await diagnose({}, withConfiguration(id)), "features")).toMatchObject([
      { status: "warning", fact: expect.stringContaining("empty") },
    ]);
  });

  it("sees archived products", async () => {
    const own = await productOf("acme");
    const id = await offering(own);
    await world.stripe.products.update(own.product, { active: false });
    expect(of(await diagnose({}, withConfiguration(id)), "products")).toMatchObject([
      { status: "failure", fact: expect.stringContaining(own.prices[0] ?? "") },
    ]);
  });

  it("sees that a configuration is missing, deactivated, or has the flow's feature off", async () => {
    const { id } = await world.stripe.billingPortal.configurations.create({
      features: { invoice_history: { enabled: true } },
    });
    const flow = { type: "subscription_cancel", subscriptionId: acme.subscriptionId } as const;
    const off = await diagnose({ flow }, withConfiguration(id));
    expect(of(off, "features")).toMatchObject([
      { status: "failure", fact: expect.stringContaining("subscription_cancel") },
    ]);

    await world.stripe.billingPortal.configurations.update(id, { active: false });
    expect(of(await diagnose({}, withConfiguration(id)), "configuration")).toMatchObject([
      { status: "failure", fact: expect.stringContaining("deactivated") },
    ]);
    expect(of(await diagnose({}, withConfiguration("bpc_missing")), "configuration")).toMatchObject([
      { status: "failure", fact: expect.stringContaining("does not exist") },
    ]);
  });

  it("sees that an account has no default configuration", async () => {
    const bare = await startStripeWorld({ defaultPortalConfiguration: false });
    try {
      const { customerId } = await bare.addTenant("acme");
      const diagnosis = await bare.service().forTenant("acme").diagnosePortal({ customerId });
      assertTold(diagnosis);
      expect(of(diagnosis, "configuration")).toMatchObject([
        { status: "failure", advice: expect.stringContaining("Dashboard") },
      ]);
      expect(of(diagnosis, "session")).toMatchObject([{ status: "failure" }]);
    } finally {
      await bare.close();
    }
  });

  it("looks at a specification without making it", async () => {
    const configuration = { features: { invoiceHistory: true } };
    const config = { portal: { returnUrl: RETURN_URL, configuration } };
    expect(of(await diagnose({}, config), "configuration")).toMatchObject([
      { status: "ok", fact: expect.stringContaining("does not exist yet") },
    ]);
    expect(world.takeRequests().filter((request) => request.startsWith("POST"))).toEqual([]);

    await diagnose({ createSession: true }, config);
    expect(of(await diagnose({}, config), "configuration")).toMatchObject([
      { status: "ok", fact: expect.stringMatching(/^bpc_/) },
    ]);
  });

  it("finds nothing wrong with products of the tenant's own and shared ones", async () => {
    const shared = await productOf("*");
    const id = await offering({ product: acme.productId, prices: [acme.priceId] }, shared);
    expect(of(await diagnose({}, withConfiguration(id)), "products")).toMatchObject([
      { status: "ok", fact: "2 products with 2 prices, all of them for sale." },
    ]);
  });

  it("counts offered prices that are not the tenant's to sell, and tells nothing else of them", async () => {
    const foreign = await productOf("globex");
    const diagnosis = await diagnose({}, withConfiguration(await offering(await productOf("acme"), foreign)));

    expect(of(diagnosis, "products")).toMatchObject([
      {
        status: "failure",
        fact: "Of the offered prices, 1 are missing or not this tenant's to sell.",
      },
    ]);
    const told = JSON.stringify(diagnosis);
    for (const secret of ["globex", foreign.product, ...foreign.prices]) expect(told).not.toContain(secret);
  });

  it("sees archived prices and several currencies", async () => {
    const own = await productOf("acme");
    const euros = await productOf("acme", "eur");
    const id = await offering(own, euros);
    await world.stripe.prices.update(own.prices[0] ?? "", { active: false });
    const checks = of(await diagnose({}, withConfiguration(id)), "products");

    expect(checks).toMatchObject([
      { status: "failure", fact: expect.stringContaining(own.prices[0] ?? "") },
      { status: "warning", fact: expect.stringContaining("eur, usd") },
    ]);
  });

  it("sees usage-based prices, and prices whose taxes are reckoned otherwise", async () => {
    const own = await productOf("acme");
    const metered = await addMeteredPrice(world, { productId: own.product });
    const { product } = await productOf("acme");
    const { id: taxed } = await world.stripe.prices.create({
      product,
      currency: "usd",
      unit_amount: 900,
      recurring: { interval: "year" },
      tax_behavior: "exclusive",
    });
    const id = await offering({ product: own.product, prices: [metered] }, { product, prices: [taxed] });
    expect(of(await diagnose({}, withConfiguration(id)), "products")).toMatchObject([
      { status: "failure", fact: expect.stringMatching(new RegExp(`^Usage-based: ${metered}\\.`)) },
      { status: "warning", fact: expect.stringContaining("exclusive, unspecified") },
    ]);
  });

  it("sees metadata that the catalogue's schema refuses, and names its keys alone", async () => {
    const metadata = {
      "~standard": {
        version: 1 as const,
        vendor: "test",
        validate: (value: unknown) =>
          typeof value === "object" && value !== null && "seats" in value
            ? { value: {} }
            : { issues: [{ message: "seats is missing", path: ["seats"] }] },
      },
    };
    const { stripe } = world;
    const own = await productOf("acme");
    const service = new StripeBillingService({
      stripe,
      catalog: { metadata },
      portal: { returnUrl: RETURN_URL, configuration: await offering(own) },
    });
    const { customerId } = acme;
    const diagnosis = await service.forTenant("acme").diagnosePortal({ customerId });
    assertTold(diagnosis);
    expect(of(diagnosis, "products")).toMatchObject([
      { status: "failure", fact: expect.stringMatching(new RegExp(`${own.product}.*: seats\\.`)) },
    ]);
  });

  it("names the permission that a restricted key lacks, and blames nothing else for it", async () => {
    const stripe = sdkFor(world.local);
    const refusing = {
      rawRequest: (method: string, path: string, ...rest: never[]) =>
        path.startsWith("/v1/billing_portal")
          ? Promise.reject(
              Object.assign(new Error("This key lacks the permission rak_customer_portal_read."), {
                statusCode: 403,
                type: "StripePermissionError",
                rawType: "invalid_request_error",
              }),
            )
          : stripe.rawRequest(method, path, ...rest),
    };
    const diagnosis = await diagnose({}, { stripe: refusing });
    expect(of(diagnosis, "key")).toMatchObject([
      { status: "failure", fact: expect.stringContaining("rak_customer_portal_read") },
    ]);
    expect(of(diagnosis, "configuration")).toMatchObject([
      { status: "warning", fact: expect.stringMatching(/^Could not be checked\. \S/) },
    ]);
  });

  it("says that little is known where Stripe could not be asked", async () => {
    const stripe = { rawRequest: () => Promise.reject(new Error("connect ECONNREFUSED")) };
    const diagnosis = await diagnose({}, { stripe, maxRetries: 0 });
    expect(of(diagnosis, "key")).toEqual([
      {
        check: "key",
        status: "failure",
        fact: "Stripe did not answer every request, so the checks are incomplete.",
        advice: "Look again.",
      },
    ]);
    expect(of(diagnosis, "customer")).toMatchObject([
      { status: "warning", fact: expect.stringMatching(/^Could not be checked\. \S/) },
    ]);
  });

  it.each<[string, (offer: { prices: string[] }[], ids: string[]) => object[], string]>([
    ["no product", () => [], "Plan changes are enabled, but no product is offered."],
    [
      "two prices of one interval",
      ([offer], ids) => [{ ...offer, prices: ids }],
      " is offered with two prices of the same interval.",
    ],
    [
      "a price that is no more",
      ([offer]) => [{ ...offer, prices: ["price_gone"] }],
      "Of the offered prices, 1 are missing or not this tenant's to sell.",
    ],
  ])("sees that a configuration offers %s", async (_, offersOf, fact) => {
    const own = await productOf("acme");
    const { id: twin } = await world.stripe.prices.create({
      product: own.product,
      currency: "usd",
      unit_amount: 800,
      recurring: { interval: "month" },
    });
    const id = await offering(own);
    const stripe = clientThat(world.local, async ({ path }, send) => {
      const response = await send();
      if (!path.startsWith(`/v1/billing_portal/configurations/${id}`)) return response;
      const { features, ...rest } = Object(await response.toJSON());
      const { subscription_update: update } = features;
      const products = offersOf(update.products, [...own.prices, twin]);
      return answer(200, {
        ...rest,
        features: { ...features, subscription_update: { ...update, products } },
      });
    });
    expect(of(await diagnose({}, { ...withConfiguration(id), stripe }), "products")).toMatchObject([
      { status: "failure", fact: expect.stringContaining(fact) },
    ]);
  });

  it("says that Stripe refuses the key", async () => {
    const stripe = sdkFor(world.local, "sk_test_wrongwrongwrong");
    const diagnosis = await diagnose({}, { stripe });
    expect(of(diagnosis, "key")).toMatchObject([{ status: "failure" }]);
    expect(diagnosis.ok).toBe(false);
    expect(JSON.stringify(diagnosis)).not.toContain("wrongwrong");
  });

  it("tells nothing of another tenant's objects, whatever names them, and writes nothing", async () => {
    const { subscriptionId } = acme;
    const confirm = { type: "subscription_update_confirm", subscriptionId } as const;
    const attempts: DiagnosePortalOptions[] = [
      { customerId: globex.customerId },
      { flow: { type: "subscription_cancel", subscriptionId: globex.subscriptionId } },
      { flow: { type: "subscription_pause", subscriptionId: globex.subscriptionId } },
      { flow: { ...confirm, itemId: globex.itemId, quantity: 2 } },
      { flow: { ...confirm, priceId: globex.priceId } },
    ];
    for (const attempt of attempts) {
      const diagnosis = await diagnose({ ...attempt, createSession: true });
      expect(diagnosis.ok).toBe(false);
      const told = JSON.stringify(diagnosis);
      for (const secret of ["globex", ...Object.values(globex)]) expect(told).not.toContain(secret);
    }
    expect(world.takeRequests().filter((request) => !request.startsWith("GET"))).toEqual([]);
  });

  it("never throws, whatever it is given", async () => {
    const service = world.service();
    const throwing = () => {
      throw new Error("secret of the application");
    };
    const diagnoses = await Promise.all([
      service.diagnosePortal(),
      service.forTenant("acme").diagnosePortal(null as never),
      service.forTenant("acme").diagnosePortal("cus_1" as never),
      service.forTenant("acme").diagnosePortal({ customer: acme.customerId } as never),
      service.forTenant("acme").diagnosePortal({ customerId: {} as never }),
      service.forTenant("acme").diagnosePortal({ customerId: acme.customerId, timeoutMs: 0 }),
      diagnose({ signal: AbortSignal.abort() }),
      diagnose({}, { portal: { returnUrl: throwing } }),
      diagnose({}, { portal: { returnUrl: () => "nowhere" } }),
      diagnose({}, { tenancy: connectTenancy({ accountOf: () => undefined, tenantOf: () => undefined }) }),
    ]);

    for (const diagnosis of diagnoses) {
      assertTold(diagnosis);
      expect(diagnosis.ok).toBe(false);
    }
    expect(diagnoses.map(({ checks }) => checks.find(({ status }) => status === "failure")?.check)).toEqual([
      "tenant",
      "options",
      "options",
      "options",
      "customer",
      "options",
      expect.any(String),
      "settings",
      "settings",
      "tenant",
    ]);
    expect(JSON.stringify(diagnoses)).not.toContain("secret of the application");
  });
});
