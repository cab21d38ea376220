import { describe, expect } from "vitest";
import { itInWorld as it } from "../in-world.js";

/** What a test is called by, however long its options are. */
function nameOf(options: unknown, at: number): string {
  const whole = JSON.stringify(options) ?? "nothing";
  return whole.length < 120 ? whole : `${whole.slice(0, 60)}… (${at})`;
}

describe("createProduct", () => {
  const mistakes: readonly [options: unknown, words: string][] = [
    [undefined, "must be an object"],
    [{}, "name must be"],
    [{ name: "" }, "name must be"],
    [{ name: "two\nlines" }, "name must be"],
    [{ name: "x".repeat(251) }, "name must be"],
    [{ name: "a", description: "" }, "description must be"],
    [{ name: "a", description: "x".repeat(40_001) }, "description must be"],
    [{ name: "a", features: [""] }, "features must be"],
    [{ name: "a", features: ["x".repeat(81)] }, "features must be"],
    [{ name: "a", features: ["two\nlines"] }, "features must be"],
    [{ name: "a", features: Array(16).fill("x") }, "features must be"],
    [{ name: "a", images: ["javascript:alert(1)"] }, "images must be"],
    [{ name: "a", images: ["data:,https://a.example"] }, "images must be"],
    [{ name: "a", images: ["https://a.example/a b"] }, "images must be"],
    [{ name: "a", images: Array(9).fill("https://a.example") }, "images must be"],
    [{ name: "a", url: "ftp://a.example" }, "url must be"],
    [{ name: "a", unitLabel: "" }, "unitLabel must be"],
    [{ name: "a", unitLabel: "two\nlines" }, "unitLabel must be"],
    [{ name: "a", unitLabel: "x".repeat(13) }, "unitLabel must be"],
    [{ name: "a", id: "prod_mine" }, "id"],
    [{ name: "a", default_price_data: {} }, "default_price_data"],
    [{ name: "a", price: "price_1" }, "price must be"],
    [{ name: "a", price: {} }, "currency must be"],
    [{ name: "a", price: { currency: "usd" } }, "exactly one of unitAmount and unitAmountDecimal"],
    [
      { name: "a", price: { currency: "usd", unitAmount: 1, unitAmountDecimal: "1" } },
      "exactly one of unitAmount and unitAmountDecimal",
    ],
    [{ name: "a", price: { currency: "usd", unitAmount: -1 } }, "unitAmount must be"],
    [{ name: "a", price: { currency: "usd", unitAmount: 1.5 } }, "unitAmount must be"],
    [{ name: "a", price: { currency: "usd", unitAmountDecimal: "1e3" } }, "unitAmountDecimal must be"],
    [{ name: "a", price: { currency: "usd", unitAmountDecimal: "-1" } }, "unitAmountDecimal must be"],
    [{ name: "a", price: { currency: "usd", unitAmountDecimal: "1." } }, "unitAmountDecimal must be"],
    [{ name: "a", price: { currency: "us", unitAmount: 1 } }, "currency must be"],
    [{ name: "a", price: { currency: "usdc", unitAmount: 1 } }, "currency must be"],
    [{ name: "a", price: { currency: "u$d", unitAmount: 1 } }, "currency must be"],
    [{ name: "a", price: { currency: "usd", unitAmount: 1, recurring: "month" } }, "recurring must be"],
    [
      { name: "a", price: { currency: "usd", unitAmount: 1, recurring: { interval: "decade" } } },
      "recurring.interval must be one of day, week, month, year",
    ],
    ...[0, 1.5, 1096].map((intervalCount): [unknown, string] => [
      { name: "a", price: { currency: "usd", unitAmount: 1, recurring: { interval: "day", intervalCount } } },
      "recurring.intervalCount must be",
    ]),
    [{ name: "a", price: { currency: "usd", unitAmount: 1, taxBehavior: "net" } }, "taxBehavior must be"],
    [{ name: "a", price: { currency: "usd", unitAmount: 1, metadata: {} } }, "metadata"],
  ];
  const named = mistakes.map(([options, words], at) => [nameOf(options, at), words, options] as const);

  it.for(named)("refuses %s before anything is sent, and says %s", async ([, words, options], { world }) => {
    await expect(
      world
        .service()
        .forTenant("acme")
        .createProduct(options as never),
    ).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining(words),
    });
    expect(world.takeRequests()).toEqual([]);
  });
});

describe("createPrice", () => {
  it.for<Record<string, unknown>>([
    { lookupKey: "a b" },
    { lookupKey: " ab" },
    { lookupKey: "ab " },
    { lookupKey: "x".repeat(101) },
    { transferLookupKey: "yes" },
    { nickname: "" },
    { nickname: "two\nlines" },
    { nickname: "x".repeat(251) },
    { metadata: {} },
    { product: "prod_other" },
    { active: false },
  ])("names the option in refusing %j before anything is sent", async (mistake, { world }) => {
    const options = { currency: "usd", unitAmount: 1, ...mistake };
    await expect(world.service().forTenant("acme").createPrice("prod_any", options)).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining(String(Object.keys(mistake))),
    });
    expect(world.takeRequests()).toEqual([]);
  });
});

describe("replacePrice", () => {
  it.for<[unknown, string]>([
    [undefined, "must be an object"],
    [{}, "exactly one of unitAmount and unitAmountDecimal"],
    [{ unitAmount: 1, unitAmountDecimal: "1" }, "exactly one of unitAmount and unitAmountDecimal"],
    [{ unitAmount: -1 }, "unitAmount must be"],
    [{ unitAmount: 1, lookupKey: "x" }, "lookupKey"],
  ])("refuses %j before anything is sent, and says %s", async ([options, words], { world }) => {
    await expect(
      world
        .service()
        .forTenant("acme")
        .replacePrice("price_any", options as never),
    ).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining(words),
    });
    expect(world.takeRequests()).toEqual([]);
  });
});
