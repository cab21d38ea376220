import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { NotFoundError, type StripeBillingService } from "../../src/index.js";
import { type StripeWorld, startStripeWorld, type TenantWorld } from "../stripe-world.js";
import { addPlan, type Plan } from "../subscriptions/plans.js";
import { payOnPage } from "./checkout-page.js";

let world: StripeWorld;
let acme: TenantWorld;
let plan: Plan;
let billing: StripeBillingService;

beforeAll(async () => {
  world = await startStripeWorld();
  acme = await world.addTenant("acme");
  plan = await addPlan(world, "acme");
});

beforeEach(async () => {
  billing = world.service().forTenant("acme");
  plan = await addPlan(world, "acme");
  world.takeRequests();
});

afterAll(() => world.close());

type Options = Readonly<Record<string, unknown>>;

function create(options: Options) {
  // Hostile options are of no type that it takes.
  return billing.createCheckoutSession({ customerId: acme.customerId, ...options } as never);
}

describe("getCheckoutSession", () => {
  it("reads a session of the tenant's with one request", async () => {
    const made = await create({ priceId: plan.priceId });
    world.takeRequests();
    const cold = world.service().forTenant("acme");
    expect(await cold.getCheckoutSession(made.id)).toEqual(made);
    expect(world.takeRequests()).toEqual([`GET /v1/checkout/sessions/${made.id}`]);
  });

  it("reads the customer with it only where that was not proved lately", async () => {
    const { id } = await create({ priceId: plan.priceId });
    const cold = world.service().forTenant("acme");
    await cold.getCheckoutSession(id);
    await cold.getCheckoutSession(id);
    const [first, second] = world.local.requests.slice(-2);
    expect(first?.params).toMatchObject({ expand: ["customer"] });
    expect(second?.params).toEqual({});
  });

  it("names the id that is none, and so does the list of its items, before anything is sent", async () => {
    for (const method of ["getCheckoutSession", "listCheckoutLineItems"] as const) {
      await expect(billing[method]("cus_1")).rejects.toMatchObject({
        code: "invalid_argument",
        message: expect.stringContaining("checkoutSessionId must be"),
      });
    }
    expect(world.takeRequests()).toEqual([]);
  });

  it("answers another tenant as if there were none, whatever has become of it", async () => {
    const open = await create({ priceId: plan.priceId });
    const complete = await create({ priceId: (await addPlan(world, "acme")).priceId });
    await payOnPage(complete.url);
    const expired = await create({ priceId: (await addPlan(world, "acme")).priceId });
    await world.stripe.checkout.sessions.expire(expired.id);
    const other = world.service().forTenant("globex");
    const missing: unknown = await other.getCheckoutSession("cs_test_none").catch((error: unknown) => error);
    for (const { id } of [open, complete, expired]) {
      world.takeRequests();
      const error: unknown = await other.getCheckoutSession(id).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(NotFoundError);
      expect(JSON.stringify(error)).toBe(JSON.stringify(missing));
      expect(String(error)).toBe(String(missing));
      expect(world.takeRequests()).toEqual([`GET /v1/checkout/sessions/${id}`]);
    }
  });
});
