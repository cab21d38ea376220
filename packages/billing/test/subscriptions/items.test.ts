import fc from "fast-check";
import type Stripe from "stripe";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  ConflictError,
  NotFoundError,
  type StripeBillingService,
  type Subscription,
  type SubscriptionItemChange,
  type UpdateSubscriptionOptions,
} from "../../src/index.js";
import { type StripeWorld, startStripeWorld, type TenantWorld } from "../stripe-world.js";
import { addPlan, addPrice } from "./plans.js";

let world: StripeWorld;
let acme: TenantWorld;
let globex: TenantWorld;
let billing: StripeBillingService;
/** Monthly prices of acme's, each of a product of its own. */
let prices: string[];

beforeAll(async () => {
  world = await startStripeWorld();
  globex = await world.addTenant("globex");
});

beforeEach(async () => {
  acme = await world.addTenant("acme");
  billing = world.service().forTenant("acme");
  const amounts = [1000, 2000, 3000, 4000, 5000];
  prices = await Promise.all(
    amounts.map(async (unitAmount) => (await addPlan(world, "acme", { unitAmount })).priceId),
  );
});

afterAll(() => world.close());

describe.each(["classic", "flexible"] as const)("the items of a subscription in %s billing", (mode) => {
  it("are never more for a change of plan: the item is changed and keeps its id and quantity", async () => {
    const { id, items } = await subscribe(mode, [7]);
    const changed = await update(id, { priceId: prices[1] ?? "" });
    expect(changed.items).toMatchObject([{ id: items[0]?.id, quantity: 7, price: { id: prices[1] } }]);
    const sent = world.local.requests.at(-1)?.params;
    expect(sent).toMatchObject({ items: [{ id: items[0]?.id, price: prices[1], quantity: "7" }] });
  });

  it("are left alone where they are not named", async () => {
    const { id, items } = await subscribe(mode, [1, 20, 300]);
    const [, second] = items;
    const changed = await update(id, { items: [{ change: second?.id ?? "", quantity: 21 }] });
    expect(quantities(changed)).toEqual([1, 21, 300]);
    expect(changed.items.map((item) => item.id)).toEqual(items.map((item) => item.id));
  });

  it("are asked for by name where there are several, and nothing is sent", async () => {
    const { id } = await subscribe(mode, [1, 2]);
    world.takeRequests();
    for (const change of [{ priceId: prices[3] ?? "" }, { quantity: 5 }]) {
      await expect(update(id, change)).rejects.toThrow(ConflictError);
    }
    expect(world.takeRequests().every((request) => request.startsWith("GET"))).toBe(true);
  });

  it("are not made twice of one price", async () => {
    const { id } = await subscribe(mode, [1]);
    await expect(update(id, { items: [{ add: prices[0] ?? "" }] })).rejects.toThrow(ConflictError);
    const twice = [{ add: prices[1] ?? "" }, { add: prices[1] ?? "" }];
    await expect(update(id, { items: twice })).rejects.toMatchObject({ code: "invalid_argument" });
    expect((await billing.getSubscription(id)).items).toHaveLength(1);
  });

  it("can change to nothing, and keep at least one", async () => {
    const { id, items } = await subscribe(mode, [3]);
    expect(quantities(await update(id, { quantity: 0 }))).toEqual([0]);
    const only = items[0]?.id ?? "";
    await expect(update(id, { items: [{ remove: only }] })).rejects.toMatchObject({
      code: "invalid_argument",
    });
    const swapped = await update(id, { items: [{ remove: only }, { add: prices[2] ?? "", quantity: 4 }] });
    expect(swapped.items).toMatchObject([{ price: { id: prices[2] }, quantity: 4 }]);
  });

  it("are billed for what is left of the period that the others have", async () => {
    const { id, items } = await subscribe(mode, [1]);
    const changed = await update(id, { items: [{ add: prices[1] ?? "", quantity: 2 }] });
    const [first, added] = changed.items;
    expect(added?.currentPeriodEnd).toEqual(first?.currentPeriodEnd);
    expect(first?.id).toBe(items[0]?.id);
  });
});

describe("an item that is not the subscription's", () => {
  it("is not found, be it another subscription's, another tenant's or none, and nothing is written", async () => {
    const mine = await subscribe("flexible", [1]);
    const other = await subscribe("flexible", [2]);
    world.takeRequests();
    for (const item of [other.items[0]?.id ?? "", globex.itemId, "si_missing"]) {
      for (const change of [{ change: item, quantity: 2 }, { remove: item }]) {
        await expect(update(mine.id, { items: [change] })).rejects.toThrow(NotFoundError);
      }
    }
    const unknown = { change: { priceId: globex.priceId }, quantity: 9 };
    await expect(update(mine.id, { items: [unknown] })).rejects.toThrow(NotFoundError);
    expect(world.takeRequests().every((request) => request.startsWith("GET"))).toBe(true);
  });
});

describe("a change that is repeated", () => {
  it("is made once under its key, whatever it found the second time", async () => {
    const { id } = await subscribe("flexible", [3]);
    const change = { priceId: prices[4] ?? "", quantity: 6, idempotencyKey: `to-five-${id}` };
    const [first, second] = [await update(id, change), await update(id, change)];
    expect(second.items).toEqual(first.items);
  });

  it("keeps a price that was archived in the meantime", async () => {
    const legacy = await addPrice(world, acme);
    const { id, items } = await subscribe("flexible", [3]);
    const item = items[0]?.id ?? "";
    await update(id, { priceId: legacy });
    await world.stripe.prices.update(legacy, { active: false });
    const changed = await update(id, { items: [{ change: item, priceId: legacy, quantity: 9 }] });
    expect(changed.items).toMatchObject([{ id: item, price: { id: legacy }, quantity: 9 }]);
  });
});

it("ends with exactly the items that were named, and those that were not, as they were", async () => {
  await fc.assert(
    fc.asyncProperty(QUANTITIES, CHANGES, async (start, drawn) => {
      const before = await subscribe("flexible", start);
      const expected = new Map(before.items.map(({ price, quantity }) => [price.id, quantity]));
      const changes = drawn.flatMap((one, at) => asChange(before, one, at, expected));
      if (changes.length === 0 || expected.size === 0) return;
      const after = await update(before.id, { items: changes });
      expect(new Map(after.items.map(({ price, quantity }) => [price.id, quantity]))).toEqual(expected);
      const kept = after.items.filter(({ id }) => before.items.some((item) => item.id === id));
      expect(after.items.length - kept.length).toBe(changes.filter((change) => "add" in change).length);
    }),
    { numRuns: 15 },
  );
}, 60_000);

const QUANTITIES = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 3 });

const CHANGES = fc.array(
  fc.record({
    does: fc.constantFrom("change", "add", "remove", "leave"),
    quantity: fc.option(fc.integer({ min: 0, max: 50 })),
  }),
  { minLength: 1, maxLength: 3 },
);

type Drawn = { readonly does: string; readonly quantity: number | null };

/** The change of the item at that place, and what is then expected of it. Prices 4 and 5 are for what is added. */
function asChange(
  before: Subscription,
  { does, quantity }: Drawn,
  at: number,
  expected: Map<string, number | null>,
): SubscriptionItemChange[] {
  const item = before.items[at];
  const given = quantity === null ? {} : { quantity };
  const free = prices[3 + at];
  if (does === "add" && free !== undefined) {
    expected.set(free, quantity ?? 1);
    return [{ add: free, ...given }];
  }
  if (item === undefined) return [];
  if (does === "remove") {
    expected.delete(item.price.id);
    return [{ remove: item.id }];
  }
  if (does !== "change" || quantity === null) return [];
  expected.set(item.price.id, quantity);
  return [{ change: { priceId: item.price.id }, quantity }];
}

/** A subscription with an item for each quantity. */
async function subscribe(
  mode: Stripe.SubscriptionCreateParams.BillingMode.Type,
  amounts: readonly number[],
): Promise<Subscription> {
  const { id } = await world.stripe.subscriptions.create({
    billing_mode: { type: mode },
    customer: acme.customerId,
    items: amounts.map((quantity, at) => ({ price: prices[at] ?? "", quantity })),
  });
  return billing.getSubscription(id);
}

function update(id: string, options: UpdateSubscriptionOptions): Promise<Subscription> {
  return billing.updateSubscription(id, options);
}

function quantities({ items }: Subscription): (number | null)[] {
  return items.map(({ quantity }) => quantity);
}
