import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AuditEvent, StripeBillingService } from "../../src/index.js";
import { type StripeWorld, startStripeWorld, type TenantWorld } from "../stripe-world.js";

let world: StripeWorld;
let acme: TenantWorld;
let service: StripeBillingService;
const audits: AuditEvent[] = [];
beforeAll(async () => {
  world = await startStripeWorld();
  acme = await world.addTenant("acme");
  service = world.service({ onAudit: (event) => audits.push(event), catalog: { cacheSeconds: 0 } });
});
afterAll(() => world.close());

const shared = () => service.asOperator({ actor: "ada@ops" }).sharedCatalog;
const MONTHLY = { currency: "usd", unitAmount: 4900, recurring: { interval: "month" } } as const;

describe("the shared catalog", () => {
  it("makes a plan that every tenant sees and sells, and none can change", async () => {
    const product = await shared().createProduct({
      name: "Team",
      price: MONTHLY,
      metadata: { tier: "team" },
    });
    expect(product).toMatchObject({ shared: true, metadata: { tier: "team" } });
    for (const tenantId of ["acme", "globex"]) {
      const tenant = service.forTenant(tenantId);
      expect(await tenant.getProduct(product.id)).toMatchObject({ name: "Team", shared: true });
      await expect(tenant.updateProduct(product.id, { name: "Mine" })).rejects.toMatchObject({
        code: "not_found",
      });
    }
    const priceId = product.defaultPrice?.id ?? "";
    const subscription = await service.forTenant("acme").createSubscription({
      customerId: acme.customerId,
      priceId,
      defaultPaymentMethodId: acme.paymentMethodId,
    });
    expect(subscription.status).toBe("active");
  });

  it("changes, prices and archives it with the requests that a tenant's own takes", async () => {
    const { id } = await shared().createProduct({ name: "Pro", price: MONTHLY });
    world.takeRequests();
    expect(await shared().updateProduct(id, { name: "Pro 2", metadata: { tier: "pro" } })).toMatchObject({
      name: "Pro 2",
    });
    expect(world.takeRequests()).toHaveLength(3);
    const yearly = await shared().createPrice(id, {
      ...MONTHLY,
      unitAmount: 49_000,
      recurring: { interval: "year" },
      lookupKey: "pro-year",
    });
    expect(world.takeRequests()).toHaveLength(2);
    expect(yearly.lookupKey).toBe("pro-year");
    const replaced = await shared().replacePrice(yearly.id, { unitAmount: 59_000 });
    expect(replaced).toMatchObject({ unitAmount: 59_000, lookupKey: "pro-year" });
    expect((await shared().setDefaultPrice(replaced.id)).defaultPrice?.id).toBe(replaced.id);
    const monthly = (await shared().getProduct(id)).prices.find((price) => price.id !== replaced.id);
    expect(await shared().archivePrice(monthly?.id ?? "")).toMatchObject({ active: false });
    expect(await shared().archiveProduct(id)).toMatchObject({ active: false });
    expect(await service.forTenant("globex").getProduct(id)).toMatchObject({ active: false });
    expect((await world.stripe.products.retrieve(id)).metadata).toEqual({ tenantId: "*", tier: "pro" });
  });

  it("holds nothing of a tenant's, to read or to change", async () => {
    const refusal = { code: "not_found" };
    await expect(shared().getProduct(acme.productId)).rejects.toMatchObject(refusal);
    await expect(shared().updateProduct(acme.productId, { name: "x" })).rejects.toMatchObject(refusal);
    await expect(shared().archiveProduct(acme.productId)).rejects.toMatchObject(refusal);
    await expect(shared().createPrice(acme.productId, MONTHLY)).rejects.toMatchObject(refusal);
    await expect(shared().replacePrice(acme.priceId, { unitAmount: 1 })).rejects.toMatchObject(refusal);
    await expect(shared().archivePrice(acme.otherPriceId)).rejects.toMatchObject(refusal);
    await expect(shared().setDefaultPrice(acme.otherPriceId)).rejects.toMatchObject(refusal);
    const { data } = await shared().listProducts({ active: "all", limit: 100 });
    expect(data.map(({ id }) => id)).not.toContain(acme.productId);
    await expect(shared().createProduct({ name: "x", metadata: { tenantId: "acme" } })).rejects.toMatchObject(
      {
        code: "reserved_metadata",
      },
    );
  });

  it("is shown to visitors, and forgotten by every tenant's cache when it changes", async () => {
    const cached = world.service();
    const { data: before } = await cached.listSharedProducts();
    await cached.forTenant("acme").listTenantProducts();
    world.takeRequests();
    await cached.listSharedProducts();
    await cached.forTenant("acme").listTenantProducts();
    expect(world.takeRequests()).toEqual([]);
    const { id } = await cached.asOperator({ actor: "test" }).sharedCatalog.createProduct({ name: "New" });
    expect((await cached.listSharedProducts()).data.map((product) => product.id)).toContain(id);
    expect((await cached.forTenant("acme").listTenantProducts()).data.map((product) => product.id)).toContain(
      id,
    );
    expect(before.map((product) => product.id)).not.toContain(id);
    expect(before.every((product) => product.shared)).toBe(true);
  });

  it("is audited by method and actor", async () => {
    audits.length = 0;
    const { id } = await shared().createProduct({ name: "Audited" });
    await shared().getProduct(id);
    expect(audits).toEqual(
      ["sharedCatalog.createProduct", "sharedCatalog.getProduct"].map((call) => ({
        type: "operator_call",
        tenantId: "*",
        call,
        count: 1,
        actor: "ada@ops",
      })),
    );
  });
});
