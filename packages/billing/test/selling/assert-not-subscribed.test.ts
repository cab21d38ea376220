import { describe, expect, it } from "vitest";
import { assertNotSubscribed } from "../../src/selling/assert-not-subscribed.js";
import { partialScope } from "../tenancy/scope/partial-scope.js";

const item = (product: unknown) => ({ price: { product } });
const subscribed = (id: string, status: string, ...items: object[]) => ({
  id,
  status,
  items: { data: items },
});
const check = (...data: object[]) =>
  assertNotSubscribed(
    partialScope({ list: async () => ({ data, has_more: false }) }),
    "cus_1",
    new Set(["prod_1", "prod_2"]),
  );

describe("what a customer is sold", () => {
  it.each([
    ["is subscribed to", subscribed("sub_1", "active", item("prod_1"))],
    ["is subscribed to beside something else", subscribed("sub_1", "active", item("prod_9"), item("prod_2"))],
    ["may yet pay for", subscribed("sub_1", "incomplete", item({ id: "prod_1" }))],
  ])("is not what it %s", async (_, subscription) => {
    const other = subscribed("sub_2", "active", item("prod_9"));
    await expect(check(other, subscription)).rejects.toMatchObject({
      code: "conflict",
      conflictingId: "sub_1",
      message: "The customer has a subscription to this product already. Change that one, or allow a second.",
    });
  });

  it("may be what it had once, and anything else", async () => {
    const ended = subscribed("sub_1", "canceled", item("prod_1"));
    await expect(check(ended, subscribed("sub_2", "active", item("prod_9")))).resolves.toBeUndefined();
    await expect(check()).resolves.toBeUndefined();
  });
});
