import { afterAll, beforeAll, expect, it } from "vitest";
import type { SubscriptionListQuery } from "../../src/index.js";
import { type StripeWorld, startStripeWorld, type TenantWorld } from "../stripe-world.js";

let world: StripeWorld;
let acme: TenantWorld;
const account = "acct_listed";

beforeAll(async () => {
  world = await startStripeWorld({ accounts: [account] });
  acme = await world.addTenant("acme");
  await world.addTenant("globex", { stripeAccount: account });
  for (let count = 0; count < 101; count += 1) {
    const { id } = await world.stripe.subscriptions.create({
      customer: acme.customerId,
      items: [{ price: acme.priceId }],
    });
    if (count % 10 === 0) await world.stripe.subscriptions.cancel(id);
  }
});
afterAll(() => world.close());

it("lists an account's subscriptions page by page, those that have ended as well, in one request each", async () => {
  const billing = world.service();
  world.takeRequests();
  const first = await billing.listAccountSubscriptions();
  const second = await billing.listAccountSubscriptions({ cursor: first.nextCursor });
  expect(second.nextCursor).toBeUndefined();
  const all = [...first.subscriptions, ...second.subscriptions];
  expect(new Set(all.map(({ id }) => id)).size).toBe(102);
  expect(all.filter(({ status }) => status === "canceled")).toHaveLength(11);
  expect(world.takeRequests()).toHaveLength(2);
  expect((await billing.listAccountSubscriptions({ account })).subscriptions).toHaveLength(1);
});

it.each<Readonly<Record<string, unknown>>>([
  { account: "acct_1/../x" },
  { account: "" },
  { account: null },
  { cursor: "sub_1&customer=cus_1" },
  { cursor: 7 },
])("asks for nothing with %o", async (query) => {
  world.takeRequests();
  const listed = world.service().listAccountSubscriptions(query as SubscriptionListQuery); // of no such type
  await expect(listed).rejects.toMatchObject({ code: "invalid_argument" });
  expect(world.takeRequests()).toEqual([]);
});
