import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { metadataTenancy } from "../../src/index.js";
import { Deadline } from "../../src/stripe/deadline.js";
import { createTransport } from "../../src/stripe/transport.js";
import { CHECKOUT_KEY, REFERENCE_KEY } from "../../src/tenancy/metadata-mark.js";
import { OwnershipCache } from "../../src/tenancy/ownership-cache.js";
import { admit, type TenantScope } from "../../src/tenancy/tenant-scope.js";
import { type StripeWorld, startStripeWorld, type TenantWorld } from "../stripe-world.js";
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
  "a payment method": (scope, { paymentMethodId }) => scope.paymentMethod(paymentMethodId),
  "a Checkout session": (scope, { checkoutSessionId }) => scope.checkoutSession(checkoutSessionId),
  "an invoice": (scope, { invoiceId }) => scope.invoice(invoiceId),
  "a product": (scope, { productId }) => scope.catalog.product(productId),
  "a product to change": (scope, { productId }) => scope.catalog.ownProduct(productId),
  "a price": (scope, { priceId }) => scope.price(priceId),
  "a price to change": (scope, { priceId }) => scope.catalog.ownPrice(priceId),
  "a coupon": (scope, { couponId }) => scope.coupon(couponId),
  "a promotion code": (scope, { promotionCodeId }) => scope.promotionCode(promotionCodeId),
  "a promotion code for one customer": (scope, { personalCodeId }) => scope.promotionCode(personalCodeId),
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

  it("refuses a marked promotion code that is for another tenant's customer", async () => {
    const { promotion } = await world.stripe.promotionCodes.retrieve(acme.promotionCodeId);
    const lent = await world.stripe.promotionCodes.create({
      promotion: { type: "coupon", coupon: couponIn(promotion) },
      customer: globex.customerId,
      metadata: { tenantId: "acme" },
    });

    await expect((await scopeOf("acme")).promotionCode(lent.id)).rejects.toMatchObject({ code: "not_found" });
  });

  it("refuses a payment method that is attached to nobody", async () => {
    await world.stripe.paymentMethods.detach(globex.paymentMethodId);

    await expect((await scopeOf("acme")).paymentMethod(globex.paymentMethodId)).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it.each(["proveInvoiceOf", "provePaymentMethodOf", "proveSubscriptionOf"] as const)(
    "%s refuses what another customer of the tenant's has",
    async (prove) => {
      const sister = await objectsOf("sister", "acme");
      const ids = ({ invoiceId, paymentMethodId, subscriptionId }: Objects) => ({
        proveInvoiceOf: invoiceId,
        provePaymentMethodOf: paymentMethodId,
        proveSubscriptionOf: subscriptionId,
      });
      const scope = await scopeOf("acme");
      for (let times = 0; times < 2; times += 1) {
        await expect(scope[prove](acme.customerId, ids(acme)[prove])).resolves.toBeUndefined();
        await expect(scope[prove](acme.customerId, ids(sister)[prove])).rejects.toMatchObject({
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
    const cache = new OwnershipCache();
    const scope = await scopeOf("acme", cache);
    await scope.list("GET /v1/subscriptions", { customer: globex.customerId });
    await expect(scope.proveSubscription(globex.subscriptionId)).rejects.toMatchObject({ code: "not_found" });
    expect(cache.customerOf({ account: undefined, tenantId: "acme" }, globex.subscriptionId)).toBeUndefined();

    await scope.proveCustomer(acme.customerId);
    await scope.list("GET /v1/subscriptions", { customer: acme.customerId });
    expect(cache.customerOf({ account: undefined, tenantId: "acme" }, acme.subscriptionId)).toBe(
      acme.customerId,
    );
  });

  it("keeps the keys that say whose an object is, and what it is called, from callers", async () => {
    const scope = await scopeOf("acme");
    const reserved = { tenantId: "globex", [REFERENCE_KEY]: "theirs", [CHECKOUT_KEY]: "theirs" };

    for (const [key, value] of Object.entries(reserved)) {
      expect(() => scope.callerMetadata({ [key]: value })).toThrow(
        expect.objectContaining({ code: "reserved_metadata" }),
      );
    }
    expect(scope.withoutReserved({ ...reserved, tier: "pro" })).toEqual({ tier: "pro" });
  });
});

describe("admission", () => {
  it.each(["", "*", "a b", "acme\n", "x".repeat(256)])("refuses the tenant id %j", async (tenantId) => {
    await expect(scopeOf(tenantId)).rejects.toMatchObject({ code: "tenant_context" });
  });
});

function scopeOf(tenantId: string, cache = new OwnershipCache()): Promise<TenantScope> {
  return admit(
    {
      transport: createTransport(world.stripe),
      tenancy: metadataTenancy(),
      tenantId,
      mode: "test",
      cache,
      deadline: new Deadline(5_000),
      onAudit: () => undefined,
      trusted: [],
    },
    ({ transport }) => openGate(transport.client),
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
  return { ...objects, couponId, personalCodeId, configurationId };
}

function couponIn({ coupon }: { readonly coupon: string | { readonly id: string } | null }): string {
  return typeof coupon === "string" ? coupon : (coupon?.id ?? "");
}
