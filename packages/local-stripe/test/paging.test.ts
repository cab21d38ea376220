import fc from "fast-check";
import { describe, expect } from "vitest";
import { Collection } from "../src/store/collection.js";
import { it } from "./support/it.js";
import { refusal } from "./support/local.js";

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

describe("among a thousand tenants", () => {
  const OWN = { metadata: "tenant\u0000red" };

  /** A collection in which every object notes when anything of it is read. */
  function watched(indexing = AT_ONCE) {
    const read = new Set<string>();
    const collection = new Collection<Thing & { readonly metadata: Readonly<Record<string, string>> }>(
      { color: (thing) => [thing.color] },
      indexing,
    );
    for (let at = 0; at < 10_000; at += 1) {
      const color = at % 1000 === 500 ? "red" : `color${at % 1000}`;
      const thing = {
        id: `${color}_${Math.floor(at / 1000)}`,
        created: at,
        color,
        metadata: { tenant: color },
      };
      collection.insert(
        new Proxy(thing, {
          get(target, name, receiver) {
            read.add(target.id);
            return Reflect.get(target, name, receiver);
          },
        }),
      );
    }
    read.clear();
    return { collection, read: () => [...read].toSorted() };
  }

  const ownIds = Array.from({ length: 10 }, (_, at) => `red_${at}`);

  it("reads one object to find one", () => {
    const { collection, read } = watched();
    expect(collection.get("red_3")?.created).toBe(3500);
    expect(read()).toEqual(["red_3"]);
  });

  it("reads what a tenant's page holds, and one more to know whether there is another", () => {
    const { collection, read } = watched();
    const page = collection.page({ match: { color: "red" }, limit: 3, startingAfter: "red_7", where: byId });
    expect(page?.data.map(({ id }) => id)).toEqual(["red_6", "red_5", "red_4"]);
    expect(read()).toEqual(["red_3", "red_4", "red_5", "red_6"]);
  });

  it("reads as many objects as a page of everything holds, wherever its cursor stands", () => {
    const { collection, read } = watched();
    const page = collection.page({ limit: 3, startingAfter: "red_7", where: byId });
    expect(page).toMatchObject({ data: { length: 3 }, hasMore: true });
    expect(read()).toHaveLength(4);
  });

  it("reads nothing of other tenants in a search by metadata", () => {
    const { collection, read } = watched();
    expect([...collection.searchable([OWN])].map(({ id }) => id)).toEqual(ownIds.toReversed());
    expect(read()).toEqual(ownIds);
  });

  it("reads nothing of other tenants while search does not see a write yet", () => {
    let nowMs = 0;
    const { collection, read } = watched({ delayMs: () => 100, nowMs: () => nowMs });
    nowMs = 1000;
    collection.replace({ id: "red_3", created: 3500, color: "red", metadata: { tenant: "blue" } });
    collection.replace({ id: "red_2", created: 2500, color: "red", metadata: { tenant: "blue" } });
    collection.remove("red_4", { remember: true });
    expect([...collection.searchable([OWN])].map(({ id }) => id).toSorted()).toEqual(ownIds);
    expect([...collection.searchable([{ metadata: "tenant\u0000green" }])].map(({ id }) => id)).toEqual([
      "red_4",
      "red_3",
      "red_2",
    ]);
    expect(read()).toEqual(ownIds);
  });

  function byId({ id }: Thing): boolean {
    return id !== "";
  }
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
  it("is walked by the SDK in both directions", async ({ stripe }) => {
    const ids: string[] = [];
    for (let count = 0; count < 7; count += 1) ids.unshift((await stripe.products.create({ name: "P" })).id);
    const down = await stripe.products.list({ limit: 3 }).autoPagingToArray({ limit: 100 });
    expect(down.map((one) => one.id)).toEqual(ids);
    const up = await stripe.products
      .list({ limit: 3, ending_before: String(ids.at(-1)) })
      .autoPagingToArray({ limit: 100 });
    expect(up.map((one) => one.id)).toEqual(ids.slice(0, -1).reverse());
  });

  it("is ten long unless asked otherwise, from 1 to 100", async ({ stripe }) => {
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

  it("refuses a cursor that names nothing, and two cursors", async ({ stripe }) => {
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
