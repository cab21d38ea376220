import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { ConflictError, type StripeBillingService } from "../../src/index.js";
import { payOnPage } from "../checkout/checkout-page.js";
import { answer, clientThat } from "../isolation/intercepted-client.js";
import { type StripeWorld, startStripeWorld, type TenantWorld } from "../stripe-world.js";
import { addPlan, addPrice, type Plan } from "../subscriptions/plans.js";

const MINUTE_MS = 60_000;
const HALF_HOUR_MS = 30 * MINUTE_MS;

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

/** The open pages that sell the test's plan, newest first, or all of them. */
async function openPages({ orOver = false } = {}): Promise<string[]> {
  const { data } = await world.stripe.checkout.sessions.list({
    customer: acme.customerId,
    ...(!orOver && { status: "open" }),
    limit: 100,
    expand: ["data.line_items"],
  });
  const sold = (price: { readonly product: unknown } | null) => price?.product === plan.productId;
  return data
    .filter(({ line_items: lines }) => lines?.data.some(({ price }) => sold(price)))
    .map(({ id }) => id);
}

/** A page that is made elsewhere. */
const pageOf = (price: string) => ({
  customer: acme.customerId,
  mode: "subscription" as const,
  line_items: [{ price, quantity: 1 }],
  success_url: "https://app.example.com/done",
});

describe("a second Checkout session", () => {
  it("is the first one while that is open and wanted just so, whatever the order of its words", async () => {
    const wanted = { priceId: plan.priceId, metadata: { a: "1", b: "2" } };
    const first = await create(wanted);
    world.takeRequests();
    const second = await create({ ...wanted, metadata: { b: "2", a: "1" } });
    expect(second).toEqual(first);
    expect(world.takeRequests().toSorted()).toEqual([
      "GET /v1/checkout/sessions",
      `GET /v1/customers/${acme.customerId}`,
      `GET /v1/prices/${plan.priceId}`,
      "GET /v1/subscriptions",
    ]);
  });

  it("closes the first once more where that could not be closed before", async () => {
    const yearly = await addPrice(world, plan, { recurring: { interval: "year" } });
    await create({ priceId: plan.priceId });
    const stripe = clientThat(world.local, async ({ path }, send) =>
      path.endsWith("/expire") ? answer(403, { error: { type: "invalid_request_error" } }) : send(),
    );
    const stopped = world.service({ stripe }).forTenant("acme");
    const wanted = { customerId: acme.customerId, priceId: yearly };
    await expect(stopped.createCheckoutSession(wanted)).rejects.toMatchObject({ code: "indeterminate" });
    expect(await openPages()).toHaveLength(2);
    const { id } = await create(wanted);
    expect(await openPages()).toEqual([id]);
  });

  it("stays beside a newer one, whose maker closes it, and closes none that is newer", async () => {
    const yearly = await addPrice(world, plan, { recurring: { interval: "year" } });
    let newer = "";
    const stripe = clientThat(world.local, async ({ method, path }, send) => {
      const made = await send();
      if (method === "POST" && path === "/v1/checkout/sessions") {
        world.local.advanceBy(1_000);
        newer = (await world.stripe.checkout.sessions.create(pageOf(yearly))).id;
      }
      return made;
    });
    billing = world.service({ stripe }).forTenant("acme");
    const page = await create({ priceId: plan.priceId });
    expect(await openPages()).toEqual([newer, page.id]);
  });

  it("is the one with the same content that another call has made, where that has closed the own", async () => {
    let other = "";
    const stripe = clientThat(world.local, async ({ method, path }, send) => {
      const made = await send();
      if (method !== "POST" || path !== "/v1/checkout/sessions") return made;
      const { id, metadata } = Object(await made.toJSON());
      other = (await world.stripe.checkout.sessions.create({ ...pageOf(plan.priceId), metadata })).id;
      await world.stripe.checkout.sessions.expire(id);
      return answer(200, await world.stripe.checkout.sessions.retrieve(id));
    });
    billing = world.service({ stripe }).forTenant("acme");
    expect((await create({ priceId: plan.priceId })).id).toBe(other);
  });

  it("is one with the first when both are asked for at once, at whatever moments of a minute", async () => {
    const startMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
    let readings = 0;
    const clock = vi.spyOn(Date, "now").mockImplementation(() => startMs + 500 * readings++);
    try {
      const both = await Promise.all([create({ priceId: plan.priceId }), create({ priceId: plan.priceId })]);
      expect(new Set(both.map(({ id }) => id)).size).toBe(1);
      expect(await openPages({ orOver: true })).toHaveLength(1);
    } finally {
      clock.mockRestore();
    }
    expect(500 * readings).toBeLessThan(MINUTE_MS);
  });

  it("can be made a minute after Stripe failed to, which repeats its failure for the same key", async () => {
    const failed = new Set<string | undefined>();
    let isDown = true;
    const stripe = clientThat(world.local, async ({ method, path, idempotencyKey }, send) => {
      if (method !== "POST" || path !== "/v1/checkout/sessions") return send();
      if (isDown) failed.add(idempotencyKey);
      return failed.has(idempotencyKey) ? answer(500, { error: { type: "api_error" } }) : send();
    });
    billing = world.service({ stripe }).forTenant("acme");
    await expect(create({ priceId: plan.priceId })).rejects.toMatchObject({ code: "indeterminate" });
    isDown = false;
    const clock = vi.spyOn(Date, "now").mockReturnValue(Date.now() + MINUTE_MS);
    try {
      expect((await create({ priceId: plan.priceId })).status).toBe("open");
    } finally {
      clock.mockRestore();
    }
  });

  it("closes the first when it is to sell the same product otherwise", async () => {
    const yearly = await addPrice(world, plan, { recurring: { interval: "year" } });
    const first = await create({ priceId: plan.priceId });
    const other = await create({ priceId: (await addPlan(world, "acme")).priceId });
    const second = await create({ priceId: yearly });

    expect(second.id).not.toBe(first.id);
    expect(await billing.getCheckoutSession(first.id)).toMatchObject({ status: "expired", url: null });
    expect(await billing.getCheckoutSession(other.id)).toMatchObject({ status: "open" });
  });

  it("closes the first when that sells the product among more prices than a list shows", async () => {
    const plans = await Promise.all(Array.from({ length: 11 }, () => addPlan(world, "acme")));
    // The last of the items is the one that no list shows.
    const items = [...plans, plan].map(({ priceId }) => ({ priceId }));
    const first = await create({ items });
    await create({ priceId: plan.priceId });
    expect((await billing.getCheckoutSession(first.id)).status).toBe("expired");
  });

  it("leaves the first open where a second subscription is allowed", async () => {
    const first = await create({ priceId: plan.priceId, allowSecond: true });
    const second = await create({ priceId: plan.priceId, allowSecond: true, quantity: 2 });
    expect(second.id).not.toBe(first.id);
    expect(await billing.getCheckoutSession(first.id)).toMatchObject({ status: "open" });
  });

  it("closes the first when both are to save a card, with other words", async () => {
    const first = await create({ mode: "setup", currency: "usd" });
    const second = await create({ mode: "setup", currency: "eur" });
    expect(second.id).not.toBe(first.id);
    expect(await billing.getCheckoutSession(first.id)).toMatchObject({ status: "expired" });
  });

  it("is a new one when the first is over", async () => {
    const first = await create({ priceId: plan.priceId });
    await world.stripe.checkout.sessions.expire(first.id);
    const second = await create({ priceId: plan.priceId });
    expect(second.id).not.toBe(first.id);
    expect(second.status).toBe("open");
  });

  it("is the first one until too little time is left to fill it in, then a new one", async () => {
    const first = await create({ priceId: plan.priceId });
    const lastMomentMs = first.expiresAt.getTime() - HALF_HOUR_MS;
    const clock = vi.spyOn(Date, "now");
    try {
      clock.mockReturnValue(lastMomentMs);
      expect((await create({ priceId: plan.priceId })).id).toBe(first.id);
      clock.mockReturnValue(lastMomentMs + 1);
      expect((await create({ priceId: plan.priceId })).id).not.toBe(first.id);
    } finally {
      clock.mockRestore();
    }
    expect(await billing.getCheckoutSession(first.id)).toMatchObject({ status: "expired" });
  });

  it("is a typed conflict once the customer has a current subscription, unless a second is allowed", async () => {
    const { id, url } = await create({ priceId: plan.priceId });
    await payOnPage(url);
    const { subscriptionId } = await billing.getCheckoutSession(id);
    world.takeRequests();

    const error: unknown = await create({ priceId: plan.priceId }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ConflictError);
    expect(error).toMatchObject({ conflictingId: subscriptionId });
    expect(world.takeRequests().filter((request) => request.startsWith("POST"))).toEqual([]);
    expect((await create({ priceId: plan.priceId, allowSecond: true })).status).toBe("open");
  });

  it("is a typed conflict while the customer is just completing the first", async () => {
    const yearly = await addPrice(world, plan, { recurring: { interval: "year" } });
    const first = await create({ priceId: plan.priceId });
    // The list after the new page still shows it open; by the time it is to be expired, it is complete.
    let lists = 0;
    const stripe = clientThat(world.local, async ({ method, path }, send) => {
      const answer = await send();
      if (method === "GET" && path.startsWith("/v1/checkout/sessions?") && ++lists === 2) {
        await payOnPage(first.url);
      }
      return answer;
    });
    billing = world.service({ stripe }).forTenant("acme");
    const error: unknown = await create({ priceId: yearly }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ConflictError);
    expect(error).toMatchObject({ conflictingId: first.id });
    expect(await openPages()).toEqual([]);
  });

  it("is closed again, as a conflict, where the first was paid between the lists that look for that", async () => {
    const yearly = await addPrice(world, plan, { recurring: { interval: "year" } });
    const first = await create({ priceId: plan.priceId });
    const seen: string[] = [];
    const wasSeen = () => vi.waitFor(() => expect(seen.at(-1)).toBe("subscriptions after the page"));
    const stripe = clientThat(world.local, async ({ method, path }, send) => {
      const isMade = seen.includes("page");
      if (method === "POST" && path === "/v1/checkout/sessions") seen.push("page");
      // The sessions are read last, when the page is complete; the subscriptions were read before it was.
      if (isMade && path.startsWith("/v1/checkout/sessions?")) {
        await wasSeen();
        await payOnPage(first.url);
      }
      const answer = await send();
      if (isMade && path.startsWith("/v1/subscriptions?")) seen.push("subscriptions after the page");
      return answer;
    });
    billing = world.service({ stripe }).forTenant("acme");
    const refusal: unknown = await create({ priceId: yearly }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: "conflict", conflictingId: first.id });
    // Stripe refused nothing, and logs would show a cause of nothing.
    expect(refusal).not.toHaveProperty("cause");
    expect(await openPages()).toEqual([]);
  });

  it("is a new one where an error has left a newer page open beside the first", async () => {
    const yearly = await addPrice(world, plan, { recurring: { interval: "year" } });
    const first = await create({ priceId: plan.priceId, idempotencyKey: "cart-1" });
    const stripe = clientThat(world.local, async ({ path }, send) =>
      path.endsWith("/expire") ? answer(500, { error: { type: "api_error" } }) : send(),
    );
    billing = world.service({ stripe, maxRetries: 0 }).forTenant("acme");
    await expect(create({ priceId: yearly })).rejects.toMatchObject({ code: "indeterminate" });
    expect(await openPages()).toHaveLength(2);
    billing = world.service().forTenant("acme");
    // The key names the first alone, which should be closed.
    await expect(create({ priceId: plan.priceId, idempotencyKey: "cart-1" })).rejects.toMatchObject({
      code: "conflict",
      conflictingId: first.id,
    });
    const again = await create({ priceId: plan.priceId });
    expect(await openPages()).toEqual([again.id]);
  });

  it("is refused under the key of one that is over", async () => {
    const first = await create({ priceId: plan.priceId, idempotencyKey: "cart-2" });
    const second = await create({ priceId: plan.priceId, quantity: 2, idempotencyKey: "cart-3" });
    await expect(create({ priceId: plan.priceId, idempotencyKey: "cart-2" })).rejects.toMatchObject({
      code: "conflict",
      conflictingId: first.id,
    });
    expect(await openPages()).toEqual([second.id]);
  });

  it("stays alone, however many are asked for at once, with whatever prices, in several processes", async () => {
    const yearly = await addPrice(world, plan, { recurring: { interval: "year" } });
    const processes = [billing, world.service().forTenant("acme"), world.service().forTenant("acme")];
    const calls = processes.flatMap((process) =>
      [plan.priceId, yearly].map((priceId) =>
        process.createCheckoutSession({ customerId: acme.customerId, priceId }),
      ),
    );
    const pages = await Promise.all(calls);
    const open = await openPages();
    expect(open).toHaveLength(1);
    expect(pages.map(({ id }) => id)).toEqual(expect.arrayContaining(open));
  });

  it("is closed by a subscription to the same product that is made otherwise", async () => {
    const page = await create({ priceId: plan.priceId });
    const { id } = await billing.createSubscription({
      customerId: acme.customerId,
      priceId: plan.priceId,
      paymentBehavior: "default_incomplete",
    });
    expect((await billing.getCheckoutSession(page.id)).status).toBe("expired");
    await expect(create({ priceId: plan.priceId })).rejects.toMatchObject({ conflictingId: id });
  });

  it("is closed again, as a conflict, where the customer has subscribed while it was made", async () => {
    let subscriptionId = "";
    const stripe = clientThat(world.local, async ({ method, path }, send) => {
      const answer = await send();
      if (method === "POST" && path === "/v1/checkout/sessions") {
        const items = [{ price: plan.priceId }];
        const { id } = await world.stripe.subscriptions.create({ customer: acme.customerId, items });
        subscriptionId = id;
      }
      return answer;
    });
    billing = world.service({ stripe }).forTenant("acme");
    const refusal = await create({ priceId: plan.priceId }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ConflictError);
    expect(refusal).toMatchObject({ conflictingId: subscriptionId });
    expect(await openPages()).toEqual([]);
  });

  it("goes ahead where the first has expired by itself in the meantime", async () => {
    const yearly = await addPrice(world, plan, { recurring: { interval: "year" } });
    const first = await create({ priceId: plan.priceId });
    let lists = 0;
    const stripe = clientThat(world.local, async ({ method, path }, send) => {
      const answer = await send();
      if (method === "GET" && path.startsWith("/v1/checkout/sessions?") && ++lists === 2) {
        await world.stripe.checkout.sessions.expire(first.id);
      }
      return answer;
    });
    billing = world.service({ stripe }).forTenant("acme");
    expect((await create({ priceId: yearly })).status).toBe("open");
  });
});
