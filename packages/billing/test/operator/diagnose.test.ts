import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { directoryTenancy, memoryDirectory, type StripeBillingService } from "../../src/index.js";
import { type StripeWorld, startStripeWorld, type TenantWorld } from "../stripe-world.js";

let world: StripeWorld;
let acme: TenantWorld;
let nobody: TenantWorld;
beforeAll(async () => {
  world = await startStripeWorld();
  acme = await world.addTenant("acme");
  nobody = await world.addTenant("unmarked", { metadata: { team: "blue" } });
});
afterAll(() => world.close());

const diagnose = (id: string, service: StripeBillingService = world.service()) =>
  service.asOperator({ actor: "test" }).diagnose(id);

describe("diagnose", () => {
  it("tells an operator why a customer is invisible, while its tenant is told that it is missing", async () => {
    expect(await diagnose(nobody.customerId)).toEqual({
      objectId: nobody.customerId,
      tenantId: null,
      fact: "It has no metadata.tenantId.",
      advice: "Adopt it: billing adopt, or linkCustomer of asOperator().",
    });
    const service = world.service().forTenant("unmarked");
    const refusal = await service.getCustomer(nobody.customerId).catch((error: unknown) => error);
    const missing = await service.getCustomer("cus_missing").catch((error: unknown) => error);
    expect(refusal).toEqual(missing);
    expect(String(refusal)).not.toContain("metadata");
  });

  it("names what decides whose an object is", async () => {
    const facts = async (ids: readonly string[]) =>
      Promise.all(ids.map(async (id) => (await diagnose(id)).fact));
    expect(await facts([nobody.subscriptionId, nobody.invoiceId, nobody.priceId, nobody.productId])).toEqual([
      "Its customer: it has no metadata.tenantId.",
      "Its customer: it has no metadata.tenantId.",
      "Its product: it has no metadata.tenantId.",
      "It has no metadata.tenantId.",
    ]);
    const own = [acme.customerId, acme.subscriptionId, acme.priceId, acme.promotionCodeId];
    expect(new Set(await facts(own))).toEqual(new Set(["It is owned by tenant acme."]));
  });

  it("takes one request", async () => {
    for (const id of [acme.customerId, acme.subscriptionId, acme.invoiceId, acme.priceId]) {
      world.takeRequests();
      await diagnose(id);
      expect(world.takeRequests()).toHaveLength(1);
    }
  });

  it("says of what is missing or deleted that it is", async () => {
    const gone = await world.stripe.customers.create({});
    await world.stripe.customers.del(gone.id);
    for (const id of [gone.id, "cus_missing", "sub_missing", "prod_missing"]) {
      expect(await diagnose(id)).toMatchObject({
        tenantId: null,
        fact: expect.stringMatching(/^Stripe has no such/),
      });
    }
  });

  it("tells marks that are malformed, unlinked or against the directory apart", async () => {
    const customer = async (tenantId: string) =>
      (await world.stripe.customers.create({ metadata: { tenantId } })).id;
    const directory = memoryDirectory();
    const service = world.service({ tenancy: directoryTenancy(directory) });
    const contradicted = await customer("acme");
    await directory.link("globex", contradicted);
    expect(await diagnose(await customer("a b"))).toMatchObject({
      fact: "Its metadata.tenantId is not a tenant id.",
    });
    expect(await diagnose(await customer("acme"), service)).toMatchObject({
      fact: "Its metadata.tenantId names a tenant, but the directory does not know the customer.",
    });
    expect(await diagnose(contradicted, service)).toMatchObject({
      fact: "Its metadata.tenantId and the directory name different tenants.",
    });
  });

  it("refuses ids of other kinds, and asks nothing", async () => {
    world.takeRequests();
    for (const id of ["seti_1", "", "constructor_1", "cus_1/x", undefined]) {
      await expect(diagnose(id as string)).rejects.toMatchObject({ code: "invalid_argument" });
    }
    expect(world.takeRequests()).toEqual([]);
  });
});
