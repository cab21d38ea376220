import { describe, expect, it } from "vitest";
import { assertNoneSells, listCurrentSubscriptions } from "../../src/selling/current-subscriptions.js";
import { partialScope } from "../tenancy/scope/partial-scope.js";

async function read(...pages: readonly { data: readonly object[]; has_more: boolean }[]) {
  const left = [...pages];
  const asked: unknown[] = [];
  const list = async (_call: string, params: object) => {
    asked.push(params);
    const page = left.shift();
    if (page === undefined) throw new Error("There is no further page.");
    return page;
  };
  const found = await listCurrentSubscriptions(partialScope({ list }), "cus_1");
  return { ids: found.map(({ id }) => id), asked };
}

const subscription = (id: string, status: string) => ({ id, status });

it("gives every subscription that has not ended, page by page, whatever the last of a page is", async () => {
  const { ids, asked } = await read(
    {
      data: [
        subscription("sub_6", "trialing"),
        subscription("sub_5", "active"),
        subscription("sub_4", "canceled"),
      ],
      has_more: true,
    },
    {
      data: [subscription("sub_3", "incomplete_expired"), subscription("sub_2", "past_due")],
      has_more: true,
    },
    { data: [subscription("sub_1", "incomplete")], has_more: false },
  );
  expect(ids).toEqual(["sub_6", "sub_5", "sub_2", "sub_1"]);
  const first = { customer: "cus_1", limit: 100 };
  expect(asked).toEqual([
    first,
    { ...first, starting_after: "sub_4" },
    { ...first, starting_after: "sub_2" },
  ]);
});

it("ends with a page that holds nothing, whatever else it says", async () => {
  expect((await read({ data: [], has_more: true })).ids).toEqual([]);
});

const item = (product: unknown) => ({ price: { product } });
const subscribed = (id: string, status: string, ...items: object[]) => ({
  id,
  status,
  items: { data: items },
});
const check = async (...data: object[]) => {
  const scope = partialScope({ list: async () => ({ data, has_more: false }) });
  assertNoneSells(await listCurrentSubscriptions(scope, "cus_1"), new Set(["prod_1", "prod_2"]));
};

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
      message:
        "The customer already has a subscription to this product. Change that one, or pass allowSecond: true.",
    });
  });

  it("may be what it had once, and anything else", async () => {
    const ended = subscribed("sub_1", "canceled", item("prod_1"));
    await expect(check(ended, subscribed("sub_2", "active", item("prod_9")))).resolves.toBeUndefined();
    await expect(check()).resolves.toBeUndefined();
  });
});
