/** The built package is a second copy of the module, as a bundler makes one for each of an application's bundles. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { StripeBillingService as OtherCopy } from "@repo/billing";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { StripeBillingService } from "../src/index.js";
import { type StripeWorld, startStripeWorld, type TenantWorld } from "./stripe-world.js";

let world: StripeWorld;
let acme: TenantWorld;
let page: OtherCopy;
let route: StripeBillingService;

beforeAll(async () => {
  world = await startStripeWorld();
  acme = await world.addTenant("acme");
  await world.addTenant("globex");
});
afterAll(() => world.close());

beforeEach(async () => {
  const { secretKey, url } = world.local;
  page = new OtherCopy({ secretKey, apiBase: url });
  route = new StripeBillingService({ secretKey, apiBase: url });
  for (const tenantId of ["acme", "globex"]) {
    await isAsked(() => page.forTenant(tenantId).listTenantProducts());
    expect(await isAsked(() => page.forTenant(tenantId).listTenantProducts())).toBe(false);
  }
});

const isAsked = async (call: () => PromiseLike<unknown>) => {
  world.takeRequests();
  await call();
  return world.takeRequests().length > 0;
};
const listAsked = (service: OtherCopy, tenantId: string) =>
  isAsked(() => service.forTenant(tenantId).listTenantProducts());

it("a webhook that the route's service hears has the page's service read the catalogue anew", async () => {
  await route.forgetCatalog({ data: { object: { metadata: { tenantId: "acme" } } } });
  expect([await listAsked(page, "acme"), await listAsked(page, "globex")]).toEqual([true, false]);
  await route.forgetCatalog();
  expect(await listAsked(page, "globex")).toBe(true);
});

it("a write through one service is seen through the other at once", async () => {
  const { id } = await route.forTenant("acme").createProduct({ name: "Siblings' plan" });
  const { data } = await page.forTenant("acme").listTenantProducts({ limit: 100 });
  expect(data.map((product) => product.id)).toContain(id);
});

it("what all tenants share is forgotten by both when an operator changes it", async () => {
  await route.asOperator({ actor: "ada" }).sharedCatalog.createProduct({ name: "Everyone's plan" });
  expect([await listAsked(page, "acme"), await listAsked(page, "globex")]).toEqual([true, true]);
});

it("a customer that the route's service forgets is proved anew by the page's", async () => {
  const read = () => page.forTenant("acme").listInvoices(acme.customerId);
  await read();
  world.takeRequests();
  await read();
  const remembered = world.takeRequests().length;
  route.forgetCustomer(acme.customerId);
  await read();
  expect(world.takeRequests().length).toBe(remembered + 1);
});

it("services of another key, another server or a client of their own hear nothing", async () => {
  const { liveSecretKey, url, secretKey } = world.local;
  const { port } = world.local;
  await new StripeBillingService({ secretKey: liveSecretKey, apiBase: url }).forgetCatalog();
  await new StripeBillingService({ secretKey, apiBase: `http://localhost:${port}` }).forgetCatalog();
  await world.service().forgetCatalog();
  expect(await listAsked(page, "acme")).toBe(false);
});

it("nothing is left of a key once no service holds it", async () => {
  const script = `
    import { setTimeout } from "node:timers/promises";
    import { StripeBillingService } from "@repo/billing";
    for (let n = 0; n < 10; n += 1) new StripeBillingService({ secretKey: "sk_test_" + n + "0".repeat(24) });
    const registry = globalThis[Symbol.for("@repo/billing: services by key, 1")];
    const made = registry.size;
    for (let tries = 0; tries < 100 && registry.size > 0; tries += 1) {
      globalThis.gc();
      await setTimeout(10);
    }
    console.log(made, registry.size);
  `;
  const options = ["--expose-gc", "--input-type=module", "--eval", script];
  const { stdout } = await promisify(execFile)(process.execPath, options, { cwd: import.meta.dirname });
  expect(stdout).toBe("10 0\n");
}, 60_000);

it("the key itself is in nothing that the process shares", () => {
  const shared = Object.getOwnPropertySymbols(globalThis).map((symbol) => Reflect.get(globalThis, symbol));
  const registries = shared.filter((value): value is Map<unknown, unknown> => value instanceof Map);
  const keys = registries.flatMap((registry) => [...registry.keys()]).map(String);
  expect(keys.length).toBeGreaterThan(0);
  expect(keys.filter((key) => key.includes(world.local.secretKey))).toEqual([]);
});
