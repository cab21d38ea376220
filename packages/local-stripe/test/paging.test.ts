import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Collection } from "../src/store/collection.js";
import { refusal, startLocal } from "./support/local.js";

interface Thing {
  readonly id: string;
  readonly created: number;
  readonly color: string;
}

const AT_ONCE = { delayMs: () => 0, nowMs: Date.now };

describe("a collection", () => {
  const operation = fc.record({
    do: fc.constantFrom("insert", "recolor", "remove"),
    which: fc.nat({ max: 20 }),
    color: fc.constantFrom("red", "blue"),
  });

  it("pages in either direction through exactly what is there, after any changes", () => {
    fc.assert(
      fc.property(
        fc.array(operation, { maxLength: 40 }),
        fc.integer({ min: 1, max: 5 }),
        fc.option(fc.constantFrom("red", "blue"), { nil: undefined }),
        (operations, limit, color) => {
          const collection = new Collection<Thing>({ color: (thing) => [thing.color] }, AT_ONCE);
          let model: Thing[] = [];
          for (const [at, step] of operations.entries()) {
            const target = model[step.which % Math.max(1, model.length)];
            if (step.do === "insert") {
              const thing = { id: `t${at}`, created: at, color: step.color };
              collection.insert(thing);
              model = [thing, ...model];
            } else if (target !== undefined && step.do === "recolor") {
              const changed = { ...target, color: step.color };
              collection.replace(changed);
              model = model.map((one) => (one === target ? changed : one));
            } else if (target !== undefined) {
              collection.remove(target.id, { remember: true });
              model = model.filter((one) => one !== target);
            }
          }
          const expected = model.filter((one) => color === undefined || one.color === color);
          const match = color === undefined ? {} : { color };

          const forwards: Thing[] = [];
          for (let startingAfter: string | undefined; ; ) {
            const page = collection.page({
              match,
              limit,
              ...(startingAfter !== undefined && { startingAfter }),
            });
            forwards.push(...(page?.data ?? []));
            startingAfter = page?.data.at(-1)?.id;
            if (!page?.hasMore) break;
          }
          expect(forwards).toEqual(expected);

          for (const cursor of model) {
            const newer = collection.page({ match, limit: 100, endingBefore: cursor.id })?.data;
            expect(newer).toEqual(
              model.slice(0, model.indexOf(cursor)).filter((one) => expected.includes(one)),
            );
          }
        },
      ),
    );
  });
});

it("forgets the oldest objects of a collection, wherever they stand", () => {
  const collection = new Collection<Thing>({ color: (thing) => [thing.color] }, AT_ONCE);
  for (let at = 0; at < 10; at += 1)
    collection.insert({ id: `t${at}`, created: at, color: at % 2 ? "red" : "blue" });
  collection.trim(3);
  expect(collection.all().map(({ id }) => id)).toEqual(["t9", "t8", "t7"]);
  expect(collection.all({ color: "red" }).map(({ id }) => id)).toEqual(["t9", "t7"]);
  expect(collection.get("t6")).toBeUndefined();
});

describe("a list", () => {
  it("is walked by the SDK in both directions", async () => {
    const { stripe } = await startLocal();
    const ids: string[] = [];
    for (let count = 0; count < 7; count += 1) ids.unshift((await stripe.products.create({ name: "P" })).id);
    const down = await stripe.products.list({ limit: 3 }).autoPagingToArray({ limit: 100 });
    expect(down.map((one) => one.id)).toEqual(ids);
    const up = await stripe.products
      .list({ limit: 3, ending_before: String(ids.at(-1)) })
      .autoPagingToArray({ limit: 100 });
    expect(up.map((one) => one.id)).toEqual(ids.slice(0, -1).reverse());
  });

  it("is ten long unless asked otherwise, from 1 to 100", async () => {
    const { stripe } = await startLocal();
    for (let count = 0; count < 11; count += 1) await stripe.products.create({ name: "P" });
    const page = await stripe.products.list();
    expect(page).toMatchObject({ object: "list", url: "/v1/products", has_more: true });
    expect(page.data).toHaveLength(10);
    expect((await stripe.products.list({ limit: 11 })).has_more).toBe(false);
    expect(await refusal(stripe.products.list({ limit: 101 }))).toMatchObject({
      code: "parameter_invalid_integer",
      param: "limit",
      message: "This value must be less than or equal to 100 (it currently is '101').",
    });
    expect((await refusal(stripe.products.list({ limit: 0 }))).param).toBe("limit");
  });

  it("refuses a cursor that names nothing, and two cursors", async () => {
    const { stripe } = await startLocal();
    const { id } = await stripe.products.create({ name: "P" });
    expect(await refusal(stripe.products.list({ starting_after: "prod_none" }))).toMatchObject({
      statusCode: 400,
      code: "resource_missing",
      param: "starting_after",
      message: "No such product: 'prod_none'",
    });
    const both = await refusal(stripe.products.list({ starting_after: id, ending_before: id }));
    expect(both.code).toBe("parameters_exclusive");
  });
});
