import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EventListQuery, StripeBillingService } from "../../src/index.js";
import { type StripeWorld, startStripeWorld } from "../stripe-world.js";

let world: StripeWorld;
let billing: StripeBillingService;
const account = "acct_listed";
const nowSeconds = Math.floor(Date.now() / 1000);

beforeAll(async () => {
  world = await startStripeWorld({ accounts: [account] });
  billing = world.service();
  for (let count = 0; count < 130; count += 1) await world.stripe.customers.create({ name: `${count}` });
  await world.stripe.customers.create({ name: "of the account" }, { stripeAccount: account });
});
afterAll(() => world.close());

const lately = { fromSeconds: nowSeconds - 60, toSeconds: nowSeconds + 3600 };
const QUERIES: Readonly<Record<"snapshot" | "thin", EventListQuery>> = {
  snapshot: { family: "snapshot", types: ["customer.created"], ...lately },
  thin: { family: "thin", types: ["v1.customer.created"], ...lately },
};

describe.each(["snapshot", "thin"] as const)("a list of %s events", (family) => {
  const query = QUERIES[family];

  it("comes page by page, newest first, in one request each", async () => {
    world.takeRequests();
    const first = await billing.listEvents(query);
    expect(first.events).toHaveLength(100);
    const second = await billing.listEvents({ ...query, cursor: first.nextCursor });
    expect(second.events).toHaveLength(30);
    expect(second.nextCursor).toBeUndefined();
    const ids = [...first.events, ...second.events].map((event) => Reflect.get(event, "id"));
    expect(new Set(ids).size).toBe(130);
    expect(world.takeRequests()).toHaveLength(2);
  });

  it("holds nothing from before or after the time asked for, or of other types", async () => {
    const before = { ...query, fromSeconds: nowSeconds - 600, toSeconds: nowSeconds - 300 };
    expect((await billing.listEvents(before)).events).toEqual([]);
    const types = [family === "thin" ? "v1.customer.deleted" : "customer.deleted"];
    expect((await billing.listEvents({ ...query, types })).events).toEqual([]);
  });

  it("is of the connected account alone that is asked for", async () => {
    expect((await billing.listEvents({ ...query, account })).events).toHaveLength(1);
  });
});

it.each<Partial<Record<keyof EventListQuery, unknown>>>([
  { family: "both" },
  { types: [] },
  { types: Array.from({ length: 21 }, () => "customer.created") },
  { types: ["customer.created&account=acct_1"] },
  { types: "customer.created" },
  { account: "../acct_1" },
  { account: "" },
  { cursor: "evt_1&limit=1" },
  { cursor: "" },
  { fromSeconds: 1.5 },
  { toSeconds: "now" },
])("a list of events is not asked for with %o", async (wrong) => {
  world.takeRequests();
  const query = { ...QUERIES.snapshot, ...wrong } as EventListQuery; // of no such type
  await expect(billing.listEvents(query)).rejects.toMatchObject({ code: "invalid_argument" });
  expect(world.takeRequests()).toEqual([]);
});
