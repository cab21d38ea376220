import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type StripeWorld, startStripeWorld, type TenantWorld } from "../../stripe-world.js";
import { runCli } from "../run-cli.js";

let world: StripeWorld;
let acme: TenantWorld;
let globex: TenantWorld;

beforeAll(async () => {
  world = await startStripeWorld();
  acme = await world.addTenant("acme");
  globex = await world.addTenant("globex");
});

afterAll(() => world.close());

const billing = (...args: readonly string[]) =>
  runCli({ STRIPE_SECRET_KEY: world.local.secretKey, STRIPE_API_BASE: world.local.url }, args);
const billingWith = (env: Record<string, string>, ...args: readonly string[]) => runCli(env, args);
const diagnose = (...args: readonly string[]) => billing("portal", "diagnose", ...args);

describe("billing portal diagnose", () => {
  it("prints a report and exits with 0 where nothing is wrong", async () => {
    const { customerId, subscriptionId } = acme;
    const flow = ["--flow", "subscription_cancel", "--subscription", subscriptionId, "--create-session"];
    const urls = ["--return-url", "https://app.example.com/", "--allow-origin", "https://app.example.com"];
    const { code, out } = await diagnose("--tenant", "acme", "--customer", customerId, ...urls, ...flow);
    expect(out).toContain(`The portal of tenant acme, customer ${acme.customerId}`);
    expect(out).toMatch(/^ {2}ok {7}customer/m);
    expect(out).toMatch(/0 failed, 0 to look at, \d+ right\./);
    expect(code).toBe(0);
  });

  it("says what to do, and exits with 1, where something is", async () => {
    const { code, out, err } = await diagnose("--tenant", "acme", "--customer", "cus_missing");
    expect(err).toContain("billing diagnose --object cus_missing\n");
    expect(out).toMatch(/^ {2}failure {2}customer .*\n +→ Check the id/m);
    expect(code).toBe(1);
  });

  it("says of another tenant's customer what it says of a missing one", async () => {
    const foreign = await diagnose("--tenant", "acme", "--customer", globex.customerId, "--json");
    const missing = await diagnose("--tenant", "acme", "--customer", "cus_missing", "--json");
    expect({ ...foreign, err: "" }).toEqual({ ...missing, err: "" });
    expect(foreign.out).not.toContain("globex");
  });

  it("prints JSON when asked to", async () => {
    const { code, out } = await diagnose("--tenant", "acme", "--customer", acme.customerId, "--json");
    expect(JSON.parse(out)).toMatchObject({ ok: true, checks: expect.any(Array) });
    expect(code).toBe(0);
  });

  it.each([[["--tenant", "a b"]], [["--tenant", "acme", "--allow-origin", "evil"]]])(
    "shows how it is used, and exits with 2, for %j",
    async (args) => {
      const { code, err } = await diagnose(...args);
      expect(err).toContain("Usage: billing portal diagnose --tenant <id> [options]");
      expect(code).toBe(2);
    },
  );

  it("wants a key, and never prints it", async () => {
    const args = ["portal", "diagnose", "--tenant", "acme", "--customer", "cus_1"];
    for (const key of ["", "pk_test_12345678", "not-a-key-at-all"]) {
      const { code, out, err } = await billingWith({ STRIPE_SECRET_KEY: key }, ...args);
      expect(code).toBe(2);
      expect(err).toContain("STRIPE_SECRET_KEY must hold");
      if (key !== "") expect(out + err).not.toContain(key);
    }
    const wrong = { STRIPE_SECRET_KEY: "sk_test_wrongwrongwrong", STRIPE_API_BASE: world.local.url };
    const { code, out } = await billingWith(wrong, ...args);
    expect(code).toBe(1);
    expect(out).not.toContain("wrongwrong");
  });

  it("takes the application's own service", async () => {
    const config = fileURLToPath(new URL("../offline-service.ts", import.meta.url));
    const { code, out } = await billingWith({}, "portal", "diagnose", "--tenant", "acme", "--config", config);
    expect(out).toContain("https://acme.example.com, which is allowed");
    expect(code).toBe(1);
    const other = fileURLToPath(new URL("../../public-methods.ts", import.meta.url));
    expect(await billingWith({}, "portal", "diagnose", "--tenant", "acme", "--config", other)).toMatchObject({
      code: 2,
      err: expect.stringContaining("--config must be"),
    });
  });
});
