import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Deadline } from "../../../src/deadline.js";
import { metadataTenancy } from "../../../src/index.js";
import { createTransport } from "../../../src/stripe/transport.js";
import type { GateToStripe } from "../../../src/tenancy/gate/gate.js";
import { CALL_KEY, CHECKOUT_KEY, REFERENCE_KEY } from "../../../src/tenancy/metadata-mark.js";
import { OwnershipCache } from "../../../src/tenancy/ownership-cache.js";
import { type Admission, admit, type TenantScope } from "../../../src/tenancy/scope/tenant-scope.js";
import { type StripeWorld, startStripeWorld, type TenantWorld } from "../../stripe-world.js";
import { openGate } from "./open-gate.js";

/** What a scope proves of each kind of object, behind a gate that stands open and proves nothing. */
let world: StripeWorld;
let acme: Objects;
let globex: Objects;
let shared: Objects;

interface Objects extends TenantWorld {
  readonly couponId: string;
  /** A promotion code that is for this tenant's customer alone. */
  readonly personalCodeId: string;
  readonly configurationId: string;
  readonly refundId: string;
}

beforeAll(async () => {
  world = await startStripeWorld();
  acme = await objectsOf("acme");
  globex = await objectsOf("globex");
  shared = await objectsOf("operator", "*");
});

afterAll(() => world.close());

type Proof = (scope: TenantScope, of: Objects) => Promise<unknown>;

const PROOFS: Readonly<Record<string, Proof>> = {
  "a customer": (scope, { customerId }) => scope.customer(customerId),
  "a subscription": (scope, { subscriptionId }) => scope.subscription(subscriptionId),
  "a payment method": (scope, { paymentMethodId }) => scope.paymentMethods.attached(paymentMethodId),
  "a Checkout session": (scope, { checkoutSessionId }) => scope.checkoutSession(checkoutSessionId),
  "an invoice": (scope, { invoiceId }) => scope.invoice(invoiceId),
  "a product": (scope, { productId }) => scope.catalog.product(productId),
  "a product to change": (scope, { productId }) => scope.catalog.ownProduct(productId),
  "a price": (scope, { priceId }) => scope.price(priceId),
  "a price to change": (scope, { priceId }) => scope.catalog.ownPrice(priceId),
  "a coupon": (scope, { couponId }) => scope.discounts.coupon(couponId),
  "a promotion code": (scope, { promotionCodeId }) => scope.discounts.promotionCode(promotionCodeId),
  "a promotion code for one customer": (scope, { personalCodeId }) =>
    scope.discounts.promotionCode(personalCodeId),
  "a charge": (scope, { chargeId }) => scope.payments.charge(chargeId),
  "a payment's charge": (scope, { paymentIntentId }) => scope.payments.chargeOfIntent(paymentIntentId),
  "a refund": (scope, { refundId }) => scope.payments.refund(refundId),
  "a portal configuration": (scope, { configurationId }) => scope.configurations.get(configurationId),
};

/** What every tenant sees and may use, as it stands in metadata. */
const SHARED_WITH_ALL = ["a product", "a price", "a coupon", "a promotion code", "a portal configuration"];

describe("a scope by itself", () => {
  it.each(Object.entries(PROOFS))("proves %s of the tenant's", async (_, prove) => {
    await expect(prove(await scopeOf("acme"), acme)).resolves.toBeDefined();
  });

  it.each(Object.entries(PROOFS))("refuses %s of another tenant", async (_, prove) => {
    await expect(prove(await scopeOf("acme"), globex)).rejects.toMatchObject({ code: "not_found" });
  });

  it.each(Object.entries(PROOFS))("tells what is shared from what is not: %s", async (name, prove) => {
    const proof = prove(await scopeOf("acme"), shared);
    if (SHARED_WITH_ALL.includes(name)) await expect(proof).resolves.toBeDefined();
    else await expect(proof).rejects.toMatchObject({ code: "not_found" });
  });

  it("finds the promotion code of the tenant's that was typed, and no other tenant's", async () => {
    const { discounts } = await scopeOf("acme");
    const own = await discounts.activePromotionCodes(acme.promotionCode);
    expect(own.map(({ id }) => id)).toEqual([acme.promotionCodeId]);
    expect(await discounts.activePromotionCodes(globex.promotionCode)).toEqual([]);
  });

  it("refuses a marked promotion code that is for another tenant's customer", async () => {
    const { promotion } = await world.stripe.promotionCodes.retrieve(acme.promotionCodeId);
    const lent = await world.stripe.promotionCodes.create({
      promotion: { type: "coupon", coupon: couponIn(promotion) },
      customer: globex.customerId,
      metadata: { tenantId: "acme" },
    });

    await expect((await scopeOf("acme")).discounts.promotionCode(lent.id)).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it("refuses a payment method that is attached to nobody", async () => {
    await world.stripe.paymentMethods.detach(globex.paymentMethodId);

    await expect(
      (await scopeOf("acme")).paymentMethods.attached(globex.paymentMethodId),
    ).rejects.toMatchObject({
      code: "not_found",
    });
  });

  const CUSTOMERS: Readonly<
    Record<string, (scope: TenantScope, customerId: string, objects: Objects) => Promise<void>>
  > = {
    "an invoice": (scope, customerId, { invoiceId }) => scope.proveCustomersInvoice(customerId, invoiceId),
    "a payment method": (scope, customerId, { paymentMethodId }) =>
      scope.paymentMethods.proveFor(customerId, paymentMethodId),
    "a subscription": (scope, customerId, { subscriptionId }) =>
      scope.proveCustomersSubscription(customerId, subscriptionId),
  };

  it.each(Object.entries(CUSTOMERS))(
    "refuses %s that another customer of the tenant's has",
    async (_kind, prove) => {
      const sister = await objectsOf("sister", "acme");
      const scope = await scopeOf("acme");
      for (let times = 0; times < 2; times += 1) {
        await expect(prove(scope, acme.customerId, acme)).resolves.toBeUndefined();
        world.takeRequests();
        await prove(scope, acme.customerId, acme);
        expect(world.takeRequests()).toEqual([]);
        await expect(prove(scope, acme.customerId, sister)).rejects.toMatchObject({
          code: "not_found",
        });
      }
    },
  );

  it("refuses a customer that was deleted, however it is marked", async () => {
    const { id } = await world.stripe.customers.create({ metadata: { tenantId: "acme" } });
    await world.stripe.customers.del(id);

    await expect((await scopeOf("acme")).customer(id)).rejects.toMatchObject({ code: "not_found" });
  });

  it("remembers of a list what is of a proved customer, and nothing else", async () => {
    const cache = new OwnershipCache(300_000);
    const scope = await scopeOf("acme", cache);
    await expect(scope.list("GET /v1/subscriptions", { customer: globex.customerId })).rejects.toMatchObject({
      code: "not_found",
    });
    await expect(scope.proveSubscription(globex.subscriptionId)).rejects.toMatchObject({ code: "not_found" });
    expect(
      cache.findCustomer({ account: undefined, tenantId: "acme" }, globex.subscriptionId),
    ).toBeUndefined();

    await scope.list("GET /v1/subscriptions", { customer: acme.customerId });
    expect(cache.findCustomer({ account: undefined, tenantId: "acme" }, acme.subscriptionId)).toBe(
      acme.customerId,
    );
  });

  it("remembers of a list nothing that has no customer", async () => {
    const data = [{ id: "cs_1", customer: null }, { id: "li_1" }, { id: "in_1", customer: acme.customerId }];
    const cache = new OwnershipCache(300_000);
    const scope = await scopeOf("acme", cache, {}, (gate) => ({
      ...gate,
      list: async () => ({ data }) as never, // less than Stripe lists
    }));
    await scope.proveCustomer(acme.customerId);
    await scope.list("GET /v1/checkout/sessions", { customer: acme.customerId });

    const remembered = data.filter(
      ({ id }) => cache.findCustomer({ account: undefined, tenantId: "acme" }, id) !== undefined,
    );
    expect(remembered.map(({ id }) => id)).toEqual(["in_1"]);
  });

  it("takes nothing that it makes for a customer but customers", async () => {
    const cache = new OwnershipCache(300_000);
    const scope = await scopeOf("acme", cache);
    const metadata = { tenantId: "acme" };
    const customer = await scope.write("POST /v1/customers", {}, { metadata });
    const product = await scope.write("POST /v1/products", {}, { name: "Pro", metadata });

    const customerOf = (id: string) => cache.findCustomer({ account: undefined, tenantId: "acme" }, id);
    expect(customerOf(customer.id)).toBe(customer.id);
    expect(customerOf(product.id)).toBeUndefined();
  });

  it("hands over what it proved, with what was to come along, whether it was proved before or not", async () => {
    const { stripe } = world;
    const { paymentMethodId } = await world.addTenant("methods", { metadata: { tenantId: "acme" } });
    const scope = await scopeOf("acme");
    const method = await scope.paymentMethods.attached(paymentMethodId);
    expect(method).toMatchObject({ id: paymentMethodId, customer: { object: "customer" } });

    await stripe.subscriptionSchedules.create({ from_subscription: acme.subscriptionId });
    for (let times = 0; times < 2; times += 1) {
      const { schedule } = await scope.subscription(acme.subscriptionId, ["schedule"]);
      expect(schedule).toMatchObject({ object: "subscription_schedule" });
    }
  });

  it("says what its tenant's objects are marked with", async () => {
    expect((await scopeOf("acme")).mark).toEqual({ tenantId: "acme" });
  });

  it("finds a detached payment method by the tenant's mark, and no attached, shared or foreign one", async () => {
    const scope = await scopeOf("acme");
    const detached = async (tenantId: string) => {
      const { id } = await world.stripe.paymentMethods.attach("pm_card_visa", { customer: acme.customerId });
      await world.stripe.paymentMethods.update(id, { metadata: { tenantId } });
      return (await world.stripe.paymentMethods.detach(id)).id;
    };
    const { id: attached } = await world.stripe.paymentMethods.update(acme.paymentMethodId, {
      metadata: { tenantId: "acme" },
    });

    expect(await scope.paymentMethods.detached(await detached("acme"))).toMatchObject({ customer: null });
    for (const id of [attached, await detached("globex"), await detached("*"), await detached("")]) {
      await expect(scope.paymentMethods.detached(id)).rejects.toMatchObject({ code: "not_found" });
    }
  });

  it("makes no customers where the application alone records whose they are", async () => {
    const scope = await scopeOf("acme", undefined, { tenancy: { ...metadataTenancy(), readOnly: true } });
    expect(() => scope.customers.assertCanMake()).toThrow("has no link function");
    expect((await scopeOf("acme")).customers.assertCanMake()).toBeUndefined();
  });

  it("keeps the keys that say whose an object is, and what it is called, from callers", async () => {
    const scope = await scopeOf("acme");
    const reserved = {
      tenantId: "globex",
      [REFERENCE_KEY]: "theirs",
      [CHECKOUT_KEY]: "theirs",
      [CALL_KEY]: "theirs",
    };

    for (const [key, value] of Object.entries(reserved)) {
      expect(() => scope.callerMetadata({ [key]: value })).toThrow(
        expect.objectContaining({ code: "reserved_metadata" }),
      );
    }
    expect(scope.withoutReserved({ ...reserved, tier: "pro" })).toEqual({ tier: "pro" });
  });
});

describe("the customer that a call is about", () => {
  const scopeWith = (...customers: readonly string[]) =>
    scopeOf("acme", undefined, { tenancy: { ...metadataTenancy(), customersOf: async () => customers } });

  it("is the one that it names, where that is an id", async () => {
    const scope = await scopeWith("cus_only");
    expect(await scope.customerId("cus_named")).toBe("cus_named");
    for (const given of ["", "sub_1", "../products", null, 7]) {
      await expect(scope.customerId(given)).rejects.toMatchObject({ code: "invalid_argument" });
    }
  });

  it("has to be named where no directory knows it", async () => {
    for (const scope of [await scopeOf("acme"), await scopeWith()]) {
      await expect(scope.customerId(undefined)).rejects.toMatchObject({
        code: "invalid_argument",
        message: expect.stringContaining("names exactly one customer for the tenant"),
      });
    }
  });

  it("is else the only one that the directory has, where that is an id", async () => {
    expect(await (await scopeWith("cus_only")).customerId(undefined)).toBe("cus_only");
    for (const customers of [[], ["cus_1", "cus_2"], ["../products"]]) {
      const scope = await scopeWith(...customers);
      await expect(scope.customerId(undefined)).rejects.toMatchObject({ code: "invalid_argument" });
    }
  });
});

describe("a reference", () => {
  it("is remembered for the tenant, of a proved customer, and is no id", async () => {
    const cache = new OwnershipCache(300_000);
    const scope = await scopeOf("acme", cache);
    scope.customers.rememberReference("theirs", globex.customerId);
    expect(scope.customers.findByReference("theirs")).toBeUndefined();
    await expect(scope.proveCustomer(globex.customerId)).rejects.toMatchObject({ code: "not_found" });

    await scope.proveSubscription(acme.subscriptionId);
    scope.customers.rememberReference("ours", acme.customerId);
    expect(scope.customers.findByReference("ours")).toBe(acme.customerId);
    expect(scope.customers.findByReference(acme.subscriptionId)).toBeUndefined();
    expect((await scopeOf("globex", cache)).customers.findByReference("ours")).toBeUndefined();
  });
});

describe("a customer's id by itself", () => {
  it("proves nothing of what bears it, until the customer is proved", async () => {
    const session = { object: "checkout.session", id: "cs_1", customer: acme.customerId };
    const scope = await scopeOf("acme", undefined, {}, (gate) => ({
      ...gate,
      retrieve: async (call, ids, params) =>
        "session" in ids ? (session as never) : gate.retrieve(call, ids, params),
    }));

    await expect(scope.checkoutSession("cs_1")).rejects.toMatchObject({ code: "not_found" });
    await scope.proveCustomer(acme.customerId);
    await expect(scope.checkoutSession("cs_1")).resolves.toEqual(session);
  });
});

describe("an invoice whose customer was deleted", () => {
  it("is nobody's any more, whatever the tenancy says of customers", async () => {
    const customer = { object: "customer", id: "cus_1", deleted: true };
    const tenancy = { ...metadataTenancy(), customerAccess: () => "own" as const };
    const scope = await scopeOf("acme", undefined, { tenancy }, (gate) => ({
      ...gate,
      retrieve: async () => ({ object: "invoice", id: "in_1", customer }) as never,
    }));

    await expect(scope.invoice("in_1")).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("admission", () => {
  it("is to the account that the tenancy gives the tenant, and to none where tenants share one", async () => {
    const tenancy = { ...metadataTenancy(), accountOf: async (tenantId: string) => `acct_${tenantId}` };

    expect((await scopeOf("acme", undefined, { tenancy })).account).toBe("acct_acme");
    expect((await scopeOf("acme")).account).toBeUndefined();
  });

  it.each(["", "*", "a b", "acme\n", "x".repeat(256)])("refuses the tenant id %j", async (tenantId) => {
    await expect(scopeOf(tenantId)).rejects.toMatchObject({ code: "tenant_context" });
  });
});

function scopeOf(
  tenantId: string,
  cache = new OwnershipCache(300_000),
  settings: Partial<Admission> = {},
  change: (gate: GateToStripe) => GateToStripe = (gate) => gate,
): Promise<TenantScope> {
  return admit(
    {
      transport: createTransport(world.stripe),
      tenancy: metadataTenancy(),
      tenantId,
      mode: "test",
      cache,
      configurations: new OwnershipCache(300_000),
      deadline: new Deadline(5_000),
      onAudit: () => undefined,
      trusted: [],
      ...settings,
    },
    ({ transport }) => change(openGate(transport.client)),
  );
}

async function objectsOf(tenantId: string, mark = tenantId): Promise<Objects> {
  const { stripe } = world;
  const metadata = { tenantId: mark };
  const objects = await world.addTenant(tenantId, { metadata });
  const { promotion } = await stripe.promotionCodes.retrieve(objects.promotionCodeId);
  const couponId = couponIn(promotion);
  const { id: personalCodeId } = await stripe.promotionCodes.create({
    promotion: { type: "coupon", coupon: couponId },
    customer: objects.customerId,
    metadata,
  });
  const { id: configurationId } = await stripe.billingPortal.configurations.create({
    features: { invoice_history: { enabled: true } },
    metadata,
  });
  const { id: refundId } = await stripe.refunds.create({ charge: objects.chargeId, amount: 100 });
  return { ...objects, couponId, personalCodeId, configurationId, refundId };
}

function couponIn({ coupon }: { readonly coupon: string | { readonly id: string } | null }): string {
  return typeof coupon === "string" ? coupon : (coupon?.id ?? "");
}
