import { expect, it } from "vitest";
import { currentSubscriptions } from "../../src/selling/current-subscriptions.js";
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
  const ids: string[] = [];
  for await (const { id } of currentSubscriptions(partialScope({ list }), "cus_1")) ids.push(id);
  return { ids, asked };
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
