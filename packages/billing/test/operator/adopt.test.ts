import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type AdoptionRow, type AuditEvent, directoryTenancy, memoryDirectory } from "../../src/index.js";
import { type StripeWorld, startStripeWorld } from "../stripe-world.js";

/** `ADOPTION_CUSTOMERS=10000` takes two minutes, most of them to fill the account. */
const CUSTOMERS = Number(process.env["ADOPTION_CUSTOMERS"] ?? 250);

let world: StripeWorld;
beforeAll(async () => {
  world = await startStripeWorld();
});
afterAll(() => world.close());

const customer = async (metadata: Record<string, string> = {}) =>
  (await world.stripe.customers.create({ email: "old@acme.example", metadata })).id;
const metadataOf = async (id: string) => {
  const found = await world.stripe.customers.retrieve(id);
  return found.deleted ? null : found.metadata;
};
const operator = () => world.service().asOperator({ actor: "test" });
const FAST = { requestsPerSecond: 1_000 };
const APPLY = { ...FAST, dryRun: false };

describe("adopt", () => {
  let old: string;
  beforeEach(async () => {
    old = await customer();
    world.takeRequests();
  });

  it("changes nothing unless told to, and says what it would do", async () => {
    const report = await operator().adopt([{ customerId: old, tenantId: "acme", reference: "w-1" }]);
    expect(report).toEqual({
      dryRun: true,
      rows: 1,
      adopted: 1,
      already: 0,
      refused: 0,
      missing: 0,
      problems: [],
    });
    expect(world.takeRequests()).toEqual([`GET /v1/customers/${old}`]);
  });

  it("gives a customer to its tenant, which sees it at once and finds it by its reference", async () => {
    const service = world.service();
    const acme = service.forTenant("acme");
    await expect(acme.getCustomer(old)).rejects.toMatchObject({ code: "not_found" });
    const rows: AdoptionRow[] = [{ customerId: old, tenantId: "acme", reference: old }];
    const report = await service.asOperator({ actor: "test" }).adopt(rows, APPLY);
    expect(report).toMatchObject({ adopted: 1, dryRun: false });
    expect(await metadataOf(old)).toEqual({ tenantId: "acme", billingReference: old });
    expect(await acme.ensureCustomer({ reference: old })).toMatchObject({ id: old, reference: old });
    expect(await world.service().forTenant("acme").ensureCustomer({ reference: old })).toMatchObject({
      id: old,
    });
  });

  it("passes over what was adopted when it is called again", async () => {
    const rows: AdoptionRow[] = [{ customerId: old, tenantId: "acme", reference: old }];
    await operator().adopt(rows, APPLY);
    world.takeRequests();
    expect(await operator().adopt(rows, APPLY)).toMatchObject({ adopted: 0, already: 1 });
    expect(world.takeRequests()).toEqual([`GET /v1/customers/${old}`]);
  });

  it("refuses what is another tenant's, and leaves it as it was", async () => {
    const foreign = await customer({ tenantId: "globex" });
    const malformed = await customer({ tenantId: "no tenant" });
    const referred = await customer({ tenantId: "acme", billingReference: "other" });
    const rows = [foreign, malformed, referred].map((customerId) => ({
      customerId,
      tenantId: "acme",
      reference: customerId,
    }));
    const { refused, problems } = await operator().adopt(rows, APPLY);
    expect(refused).toBe(3);
    expect(problems.map(({ row, reason }) => `${row} ${reason}`)).toEqual([
      "1 This customer belongs to another tenant. Correct its owner first.",
      "2 Its metadata.tenantId is not a tenant id. Correct it first.",
      "3 This customer has another reference. Remove it in Stripe first.",
    ]);
    expect(await metadataOf(foreign)).toEqual({ tenantId: "globex" });
    expect(await metadataOf(malformed)).toEqual({ tenantId: "no tenant" });
    expect(await metadataOf(referred)).toEqual({ tenantId: "acme", billingReference: "other" });
  });

  it("refuses rows that contradict each other or make no sense, before anything is sent", async () => {
    const rows = [
      { customerId: "cus_a1", tenantId: "acme", reference: "w" },
      { customerId: "cus_a1", tenantId: "globex" },
      { customerId: "cus_b2", tenantId: "acme", reference: "w" },
      { customerId: "cus_a1", tenantId: "acme", reference: "w" },
      { customerId: "sub_1", tenantId: "acme" },
      { customerId: "cus_c3", tenantId: "*" },
      { customerId: "cus_c3", tenantId: "a b" },
      { customerId: "cus_c3", productId: "prod_1", tenantId: "acme" },
      { customerId: "cus_c3", tenantId: "acme", reference: "-" },
      { productId: "prod_1", tenantId: "acme", reference: "w" },
      { productId: "../v1/x", tenantId: "acme" },
      { customerId: "cus_c3", tenantId: "acme", email: "x" },
      null,
    ];
    const { rows: read, problems } = await operator().adopt(rows as AdoptionRow[], APPLY);
    expect(read).toBe(rows.length);
    expect(problems.map(({ row, outcome }) => `${row} ${outcome}`)).toEqual([
      "1 missing", // the only one that is asked for
      "2 refused",
      "3 refused",
      ...[5, 6, 7, 8, 9, 10, 11, 12, 13].map((row) => `${row} refused`),
    ]);
    expect(world.takeRequests()).toEqual(["GET /v1/customers/cus_a1"]);
    expect(JSON.stringify(problems)).not.toContain("../v1");
  });

  it("marks a product with its prices, shared or a tenant's, and coupons and promotion codes", async () => {
    const { stripe } = world;
    const product = await stripe.products.create({
      name: "Pro",
      default_price_data: { currency: "usd", unit_amount: 4900, recurring: { interval: "month" } },
    });
    const coupon = await stripe.coupons.create({ percent_off: 10 });
    const promotion = { type: "coupon" as const, coupon: coupon.id };
    const code = await stripe.promotionCodes.create({ promotion });
    const rows: AdoptionRow[] = [
      { productId: product.id, tenantId: "*" },
      { couponId: coupon.id, tenantId: "acme" },
      { promotionCodeId: code.id, tenantId: "acme" },
    ];
    const service = world.service();
    expect(await service.asOperator({ actor: "test" }).adopt(rows, APPLY)).toMatchObject({ adopted: 3 });
    const [price] = (await stripe.prices.list({ product: product.id })).data;
    expect(price?.metadata).toEqual({ tenantId: "*" });
    for (const tenant of ["acme", "globex"]) {
      expect(await service.forTenant(tenant).getProduct(product.id)).toMatchObject({ shared: true });
    }
    expect((await stripe.coupons.retrieve(coupon.id)).metadata).toEqual({ tenantId: "acme" });
    expect((await stripe.promotionCodes.retrieve(code.id)).metadata).toEqual({ tenantId: "acme" });
    world.takeRequests();
    expect(await operator().adopt(rows, APPLY)).toMatchObject({ already: 3 });
    expect(world.takeRequests().filter((request) => request.startsWith("POST"))).toEqual([]);
  });

  it("refuses a product of another tenant's, and one whose price is", async () => {
    const { stripe } = world;
    const foreign = await stripe.products.create({ name: "Theirs", metadata: { tenantId: "globex" } });
    const mixed = await stripe.products.create({ name: "Mixed" });
    const terms = { currency: "usd", unit_amount: 100, metadata: { tenantId: "globex" } };
    await stripe.prices.create({ ...terms, product: mixed.id });
    const rows = [foreign.id, mixed.id].map((productId) => ({ productId, tenantId: "acme" }));
    expect(await operator().adopt(rows, APPLY)).toMatchObject({ refused: 2, adopted: 0 });
    expect((await stripe.products.retrieve(mixed.id)).metadata).toEqual({});
  });

  it("is audited with the tenant and whoever did it", async () => {
    const audits: AuditEvent[] = [];
    const service = world.service({ onAudit: (event) => audits.push(event) });
    await service.asOperator({ actor: "ada@ops" }).adopt([{ customerId: old, tenantId: "acme" }], APPLY);
    expect(audits).toEqual([
      { type: "operator_call", tenantId: "*", call: "adopt", count: 1, actor: "ada@ops" },
      {
        type: "object_adopted",
        tenantId: "acme",
        call: "POST /v1/customers/{customer}",
        count: 1,
        actor: "ada@ops",
      },
    ]);
  });

  it("links the directory first, and leaves alone what it knows as another tenant's", async () => {
    const directory = memoryDirectory();
    const taken = await customer();
    await directory.link("globex", taken);
    const service = world.service({ tenancy: directoryTenancy(directory) });
    const rows = [old, taken].map((customerId) => ({ customerId, tenantId: "acme", reference: customerId }));
    const report = await service.asOperator({ actor: "test" }).adopt(rows, APPLY);
    expect(report).toMatchObject({ adopted: 1, refused: 1 });
    expect(await directory.tenantOf(old)).toBe("acme");
    expect(await metadataOf(taken)).toEqual({});
    expect(await service.forTenant("acme").getCustomer()).toMatchObject({ id: old, reference: old });
  });

  it("sends no more requests in a second than it is told", async () => {
    const startedAtMs = performance.now();
    const rows = Array.from({ length: 6 }, (_, index) => ({
      customerId: `cus_none${index}`,
      tenantId: "acme",
    }));
    expect(await operator().adopt(rows, { requestsPerSecond: 20 })).toMatchObject({ missing: 6 });
    expect(performance.now() - startedAtMs).toBeGreaterThan(240);
  });

  it("stops at a request that fails for good, and finishes when it is called again", async () => {
    const rows = await Promise.all(
      Array.from({ length: 30 }, async () => ({ customerId: await customer(), tenantId: "acme" })),
    );
    const service = world.service({ maxRetries: 0 });
    const path = `/v1/customers/${rows[10]?.customerId}`;
    world.local.faults.add({ kind: "server_error", when: "before", method: "POST", path, times: 1 });
    await expect(service.asOperator({ actor: "test" }).adopt(rows, APPLY)).rejects.toMatchObject({
      retryable: true,
    });
    expect(await operator().adopt(rows, APPLY)).toMatchObject({ problems: [] });
    for (const { customerId } of rows) expect(await metadataOf(customerId)).toEqual({ tenantId: "acme" });
  });
});

describe(`an account of ${CUSTOMERS} customers that nobody marked`, () => {
  it("is looked at by the hundred, adopted once, and passed over from then on", {
    timeout: 600_000,
  }, async () => {
    const account = await startStripeWorld();
    const ids: string[] = [];
    const fill = async () => {
      for (let left = CUSTOMERS / 10; left > 0; left -= 1)
        ids.push((await account.stripe.customers.create({})).id);
    };
    await Promise.all(Array.from({ length: 10 }, fill));
    async function* rows(): AsyncGenerator<AdoptionRow> {
      for (const [index, customerId] of ids.entries()) {
        yield { customerId, tenantId: `tenant-${index % 97}`, reference: `workspace-${index}` };
      }
    }
    const admin = account.service().asOperator({ actor: "test" });
    const pages = Math.ceil(CUSTOMERS / 100);
    account.takeRequests();
    expect(await admin.adopt(rows(), FAST)).toMatchObject({
      rows: ids.length,
      adopted: ids.length,
      dryRun: true,
    });
    expect(account.takeRequests()).toHaveLength(pages);
    let told = 0;
    const report = await admin.adopt(rows(), { ...APPLY, onProgress: () => (told += 1) });
    expect(report).toMatchObject({ adopted: ids.length, problems: [] });
    expect(told).toBe(ids.length);
    expect(account.local.requests.length).toBeGreaterThan(0);
    account.takeRequests();
    expect(await admin.adopt(rows(), APPLY)).toMatchObject({ adopted: 0, already: ids.length });
    expect(account.takeRequests()).toHaveLength(pages);
    const last = await account.service().forTenant("tenant-0").ensureCustomer({ reference: "workspace-0" });
    expect(last.id).toBe(ids[0]);
    await account.close();
  });
});
