import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../cli/run-cli.js";
import { type StripeWorld, startStripeWorld } from "../stripe-world.js";

let world: StripeWorld;
beforeAll(async () => {
  world = await startStripeWorld();
  await world.addTenant("acme");
});
afterAll(() => world.close());

const examine = () => world.service().asOperator({ actor: "test" }).examineAccount();
const env = () => ({ STRIPE_SECRET_KEY: world.local.secretKey, STRIPE_API_BASE: world.local.url });

describe("examineAccount", () => {
  it("says whose the key is, its mode, what it may read, the version, the portal and the marks", async () => {
    world.takeRequests();
    const { ok, checks } = await examine();
    expect(world.takeRequests()).toHaveLength(12);
    expect(checks.map(({ check, status }) => `${check} ${status}`)).toEqual([
      "key ok",
      "api version ok",
      "permissions ok",
      expect.stringMatching(/^portal (?:ok|warning)$/),
      "marks ok",
    ]);
    expect(checks[0]?.fact).toBe("Stripe accepts the key, in test mode.");
    expect(checks[1]?.fact).toMatch(
      /^Requests are answered in API version API version API version \d{4}-\d\d-\d\d/,
    );
    expect(ok).toBe(true);
  });

  it("warns of what is no tenant's", async () => {
    const { id } = await world.stripe.customers.create({});
    const { checks, ok } = await examine();
    expect(checks.at(-1)).toEqual({
      check: "marks",
      status: "warning",
      fact: "Of the newest hundred, no tenant can see 1 customer, because they are not marked with one.",
      advice: "billing audit finds all such objects, and billing adopt assigns them to their tenants.",
    });
    expect(ok).toBe(true);
    await world.stripe.customers.del(id);
  });

  it("fails where Stripe does not accept the key, and asks nothing else", async () => {
    const wrong = { ...env(), STRIPE_SECRET_KEY: "sk_test_wrongwrongwrong" };
    world.takeRequests();
    const { code, out } = await runCli(wrong, ["doctor"]);
    expect(world.takeRequests()).toEqual(["GET /v1/customers"]);
    expect(out).toMatch(/^ {2}failure {2}key {10}Stripe refused the API key\./);
    expect(out).not.toContain("wrongwrong");
    expect(code).toBe(1);
  });

  it("goes on where one thing cannot be looked at", async () => {
    const stop = world.local.faults.add({
      kind: "server_error",
      when: "before",
      path: "/v1/billing_portal/configurations",
      times: 2,
    });
    const service = world.service({ maxRetries: 0 });
    const { checks } = await service.asOperator({ actor: "test" }).examineAccount();
    stop();
    expect(checks.map(({ check, status }) => `${check} ${status}`)).toEqual([
      "key ok",
      "api version ok",
      "permissions warning",
      "portal warning",
      "marks ok",
    ]);
  });
});

describe("billing doctor", () => {
  it("prints the checks and exits with 0 where none failed", async () => {
    const { code, out } = await runCli(env(), ["doctor"]);
    expect(out).toMatch(/^ {2}ok {7}key {10}Stripe accepts the key/);
    expect(out).toMatch(/0 failed, \d to look at, \d right\.\n$/);
    expect(code).toBe(0);
    expect(JSON.parse((await runCli(env(), ["doctor", "--json"])).out)).toMatchObject({ ok: true });
  });
});
