import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { directoryTenancy, memoryDirectory } from "../../src/index.js";
import { runCli } from "../cli/run-cli.js";
import { type StripeWorld, startStripeWorld } from "../stripe-world.js";

let world: StripeWorld;
const ids: Record<string, string> = {};
const own = { tenantId: "acme" };
const terms = { currency: "usd", unit_amount: 100, recurring: { interval: "month" } } as const;

beforeAll(async () => {
  world = await startStripeWorld();
  const { stripe } = world;
  const customer = async (metadata: Record<string, string>) =>
    (await stripe.customers.create({ metadata })).id;
  const first = await customer({ ...own, billingReference: "w" });
  ids["second"] = await customer({ ...own, billingReference: "w" });
  await customer({ tenantId: "globex", billingReference: "w" });
  ids["unmarked"] = await customer({});
  ids["malformed"] = await customer({ tenantId: "a b" });
  ids["unknown"] = await customer({ tenantId: "closed" });
  const product = await stripe.products.create({ name: "Pro", metadata: own });
  ids["nobody's product"] = (await stripe.products.create({ name: "Old" })).id;
  await stripe.products.create({ name: "Shared", metadata: { tenantId: "*" } });
  const { id: price } = await stripe.prices.create({ ...terms, product: product.id, metadata: own });
  ids["unmarked price"] = (await stripe.prices.create({ ...terms, product: product.id })).id;
  const foreign = { tenantId: "globex" };
  ids["foreign price"] = (
    await stripe.prices.create({ ...terms, product: product.id, metadata: foreign })
  ).id;
  await stripe.prices.create({ ...terms, product: ids["nobody's product"] });
  ids["coupon"] = (await stripe.coupons.create({ percent_off: 10 })).id;
  await stripe.coupons.create({ percent_off: 10, metadata: own });
  const subscribe = async (metadata: Record<string, string>) =>
    (await stripe.subscriptions.create({ customer: first, items: [{ price }], metadata })).id;
  await subscribe({});
  await subscribe(own);
  ids["foreign subscription"] = await subscribe(foreign);
});
afterAll(() => world.close());

const audit = (options = {}) =>
  world
    .service()
    .asOperator({ actor: "test" })
    .auditMarks({ requestsPerSecond: 1_000, ...options });

describe("auditMarks", () => {
  it("finds what has no mark, a malformed or a foreign one, and twins, and nothing else", async () => {
    const { findings, looked, problems } = await audit();
    expect(new Set(findings.map(({ problem, kind, objectId }) => `${problem} ${kind} ${objectId}`))).toEqual(
      new Set([
        `duplicate_reference customer ${ids["second"]}`,
        `unmarked customer ${ids["unmarked"]}`,
        `malformed_mark customer ${ids["malformed"]}`,
        `unmarked product ${ids["nobody's product"]}`,
        `unmarked price ${ids["unmarked price"]}`,
        `foreign_mark price ${ids["foreign price"]}`,
        `unmarked coupon ${ids["coupon"]}`,
        `foreign_mark subscription ${ids["foreign subscription"]}`,
      ]),
    );
    expect(looked).toEqual({
      customer: 6,
      product: 3,
      price: 4,
      coupon: 2,
      promotion_code: 0,
      subscription: 3,
    });
    expect(problems).toEqual({ duplicate_reference: 1, unmarked: 4, malformed_mark: 1, foreign_mark: 2 });
  });

  it("sends one request for each hundred objects, and changes nothing", async () => {
    world.takeRequests();
    await audit();
    const requests = world.takeRequests();
    expect(requests).toHaveLength(6);
    expect(requests.every((request) => request.startsWith("GET "))).toBe(true);
  });

  it("finds tenants that the application does not know, and asks for each once", async () => {
    const asked: string[] = [];
    const isTenant = async (tenantId: string) => {
      asked.push(tenantId);
      return tenantId !== "closed";
    };
    const { findings } = await audit({ isTenant });
    const unknown = findings.filter(({ problem }) => problem === "unknown_tenant");
    expect(unknown.map(({ objectId }) => objectId)).toEqual([ids["unknown"]]);
    expect(asked.sort()).toEqual(["acme", "closed", "globex"]);
  });

  it("finds marks against the directory", async () => {
    const directory = memoryDirectory();
    await directory.link("acme", String(ids["unknown"]));
    const service = world.service({ tenancy: directoryTenancy(directory) });
    const { findings } = await service.asOperator({ actor: "test" }).auditMarks({ requestsPerSecond: 1_000 });
    const contradictions = findings.filter(({ problem }) => problem === "contradiction");
    expect(contradictions.map(({ objectId }) => objectId)).toEqual([ids["unknown"]]);
    expect(findings.filter(({ problem }) => problem === "unlinked")).toHaveLength(3);
  });

  it("keeps the first findings and counts all, and refuses options that are none", async () => {
    const { findings, problems } = await audit({ most: 2 });
    expect(findings).toHaveLength(2);
    expect(problems.unmarked).toBe(4);
    for (const options of [{ most: 0 }, { isTenant: "acme" }, { requestsPerSecond: 0 }, { tenants: [] }]) {
      await expect(audit(options)).rejects.toMatchObject({ code: "invalid_argument" });
    }
  });
});

describe("billing audit", () => {
  it("prints what it found and exits with 1, and with 0 where all marks agree", async () => {
    const env = { STRIPE_SECRET_KEY: world.local.secretKey, STRIPE_API_BASE: world.local.url };
    const { code, out } = await runCli(env, ["audit", "--rate", "1000", "--most", "3"]);
    expect(out).toContain("  and 5 more: --most <number> prints them.\n");
    expect(out).toContain(
      "Looked at 6 customers, 3 products, 4 prices, 2 coupons, 0 promotion codes, 3 subscriptions.\n",
    );
    expect(out).toMatch(/Found 8: .*4 unmarked/);
    expect(code).toBe(1);
    const empty = await startStripeWorld();
    const clean = { STRIPE_SECRET_KEY: empty.local.secretKey, STRIPE_API_BASE: empty.local.url };
    expect(await runCli(clean, ["audit"])).toMatchObject({
      code: 0,
      out: expect.stringContaining("All marks agree."),
    });
    await empty.close();
  });
});
