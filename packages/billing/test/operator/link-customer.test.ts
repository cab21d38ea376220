import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { directoryTenancy, memoryDirectory } from "../../src/index.js";
import { type StripeWorld, startStripeWorld } from "../stripe-world.js";

let world: StripeWorld;
beforeAll(async () => {
  world = await startStripeWorld();
});
afterAll(() => world.close());

const customer = async (metadata: Record<string, string> = {}) =>
  (await world.stripe.customers.create({ email: "old@acme.example", metadata })).id;

describe("linkCustomer", () => {
  it("gives a customer that is nobody's to a tenant, whose ensureCustomer finds it", async () => {
    const id = await customer({ plan: "old" });
    const service = world.service();
    const acme = service.forTenant("acme");
    await expect(acme.getCustomer(id)).rejects.toMatchObject({ code: "not_found" });
    world.takeRequests();
    const linked = await service
      .asOperator({ actor: "test" })
      .linkCustomer(id, { tenantId: "acme", reference: "w" });
    expect(linked).toMatchObject({ id, tenantId: "acme", reference: "w", metadata: { plan: "old" } });
    expect(world.takeRequests().map((request) => request.replace(/\?.*/, ""))).toEqual([
      `GET /v1/customers/${id}`,
      "GET /v1/customers/search",
      `POST /v1/customers/${id}`,
    ]);
    expect(await acme.ensureCustomer({ reference: "w", name: "Acme" })).toMatchObject({ id, name: "Acme" });
    expect(await world.service().forTenant("acme").ensureCustomer({ reference: "w" })).toMatchObject({ id });
  });

  it("changes nothing where it is so already, with one request", async () => {
    const id = await customer();
    const operator = world.service().asOperator({ actor: "test" });
    await operator.linkCustomer(id, { tenantId: "acme", reference: id });
    world.takeRequests();
    expect(await operator.linkCustomer(id, { tenantId: "acme", reference: id })).toMatchObject({ id });
    expect(world.takeRequests()).toEqual([`GET /v1/customers/${id}`]);
  });

  it("takes nothing from another tenant, and no reference that another customer has", async () => {
    const operator = world.service().asOperator({ actor: "test" });
    const taken = await customer({ tenantId: "globex" });
    const link = (id: string, reference: string) =>
      operator.linkCustomer(id, { tenantId: "initech", reference });
    await expect(link(taken, "a")).rejects.toMatchObject({ code: "conflict" });
    const first = await customer();
    await link(first, "b");
    await expect(link(await customer(), "b")).rejects.toMatchObject({
      code: "conflict",
      conflictingId: first,
    });
    await expect(link(first, "c")).rejects.toMatchObject({ code: "conflict" });
    expect((await world.service().forTenant("globex").getCustomer(taken)).id).toBe(taken);
  });

  it("finds no customer that is deleted or missing, and refuses options that are none", async () => {
    const operator = world.service().asOperator({ actor: "test" });
    const gone = await customer();
    await world.stripe.customers.del(gone);
    const claim = { tenantId: "acme", reference: "w" };
    for (const id of [gone, "cus_missing"]) {
      await expect(operator.linkCustomer(id, claim)).rejects.toMatchObject({ code: "not_found" });
    }
    world.takeRequests();
    await expect(operator.linkCustomer("sub_1", claim)).rejects.toMatchObject({ code: "invalid_argument" });
    await expect(operator.linkCustomer("cus_1", { ...claim, tenantId: "*" })).rejects.toMatchObject({
      code: "tenant_context",
    });
    await expect(operator.linkCustomer("cus_1", { ...claim, reference: "" })).rejects.toMatchObject({
      code: "invalid_argument",
    });
    await expect(operator.linkCustomer("cus_1", { ...claim, email: "x" } as never)).rejects.toMatchObject({
      code: "invalid_argument",
    });
    expect(world.takeRequests()).toEqual([]);
  });

  it("marks a customer that the application's directory knows, so that ensureCustomer makes no second one", async () => {
    const id = await customer();
    const directory = memoryDirectory();
    await directory.link("acme", id);
    const service = world.service({ tenancy: directoryTenancy(directory) });
    const claim = { tenantId: "acme", reference: "from-the-directory" };
    await service.asOperator({ actor: "test" }).linkCustomer(id, claim);
    const other = world.service({ tenancy: directoryTenancy(directory) }).forTenant("acme");
    expect(await other.ensureCustomer({ reference: claim.reference })).toMatchObject({ id });
  });
});
