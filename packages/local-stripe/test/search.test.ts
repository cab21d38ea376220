import fc from "fast-check";
import type Stripe from "stripe";
import { describe, expect } from "vitest";
import { parseQuery } from "../src/search/query.js";
import { it } from "./support/it.js";
import { refusal, startLocal } from "./support/local.js";

describe("the search language", () => {
  it("gives back any value that was put in quotes with its quotes and backslashes escaped", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string({ minLength: 1 }),
        fc.constantFrom('"', "'"),
        (value, key, quote) => {
          const quoted = (text: string) =>
            quote + text.replaceAll("\\", "\\\\").replaceAll(quote, `\\${quote}`) + quote;
          const { clauses } = parseQuery(`metadata[${quoted(key)}]:${quoted(value)}`);
          expect(clauses).toEqual([{ field: "metadata", key, operator: ":", value, negated: false }]);
        },
      ),
    );
  });

  it.each([
    ["", "empty"],
    ['name:"a" AND email:"b" OR phone:"c"', "cannot be combined"],
    ['(name:"a")', "expected a field"],
    ['name:"a', "expected a value"],
    ["status:active", "in quotation marks"],
    ['name:"a"email:"b"', "expected a space"],
    ['name:"a" AND', "connective"],
    ["name", "operator"],
    [Array.from({ length: 11 }, () => 'name:"a"').join(" "), "at most 10"],
  ])("refuses %s", (query, why) => {
    expect(() => parseQuery(query)).toThrow(why);
  });
});

describe("searching customers", () => {
  it("matches like a plain filter over what is there, whatever the query", async ({ stripe }) => {
    const words = ["acme", "ACME", "acme corp", "other"];
    const all: Stripe.Customer[] = [];
    for (const word of words) {
      all.unshift(
        await stripe.customers.create({
          name: word,
          metadata: { tenant: word, even: String(word.length % 2) },
        }),
      );
    }
    const clause = fc.record({
      field: fc.constantFrom('metadata["tenant"]', 'metadata["even"]', "email"),
      value: fc.constantFrom(...words, "0", "1", null),
      negated: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(clause, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (clauses, or) => {
          const query = clauses
            .map(
              ({ field, value, negated }) =>
                `${negated ? "-" : ""}${field}:${value === null ? "null" : `"${value}"`}`,
            )
            .join(or ? " OR " : " AND ");
          const holds =
            (customer: (typeof all)[number]) =>
            ({ field, value, negated }: (typeof clauses)[number]) => {
              const present = field === "email" ? null : customer.metadata[field.slice(10, -2)];
              return (
                (value === null ? present == null : present?.toLowerCase() === value.toLowerCase()) !==
                negated
              );
            };
          const expected = all.filter((one) => (or ? clauses.some(holds(one)) : clauses.every(holds(one))));
          const found = await stripe.customers.search({ query, expand: ["total_count"] });
          expect(found.data.map((one) => one.id)).toEqual(expected.map((one) => one.id));
          expect(found.total_count).toBe(expected.length);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("pages with the tokens it gives and refuses others", async ({ stripe }) => {
    const ids = [];
    for (let count = 0; count < 5; count += 1) {
      ids.unshift((await stripe.customers.create({ metadata: { tenant: "a" } })).id);
    }
    const query = 'metadata["tenant"]:"a"';
    const first = await stripe.customers.search({ query, limit: 2 });
    expect(first).toMatchObject({ object: "search_result", has_more: true });
    expect(first).not.toHaveProperty("total_count");
    const seen = await stripe.customers.search({ query, limit: 2 }).autoPagingToArray({ limit: 100 });
    expect(seen.map((one) => one.id)).toEqual(ids);
    expect((await refusal(stripe.customers.search({ query, page: "nonsense" }))).param).toBe("page");
    const other = stripe.customers.search({ query: 'metadata["tenant"]:"b"', page: String(first.next_page) });
    expect((await refusal(other)).param).toBe("page");
  });

  it("finds words in a name, parts with ~, and moments with < and >", async ({ stripe }) => {
    const customer = await stripe.customers.create({ name: "Ada King Lovelace", email: "ada@example.com" });
    const hits = async (query: string) => (await stripe.customers.search({ query })).data.length;
    expect(await hits('name:"king lovelace"')).toBe(1);
    expect(await hits('name:"lovelace king"')).toBe(0);
    expect(await hits('name~"love"')).toBe(1);
    expect(await hits('email~"example.com"')).toBe(1);
    expect(await hits(`created>=${customer.created} created<${customer.created + 1}`)).toBe(1);
    expect(await hits("created>99999999999")).toBe(0);
    expect((await refusal(stripe.customers.search({ query: 'name~"ab"' }))).message).toContain(
      "3 characters",
    );
    expect((await refusal(stripe.customers.search({ query: 'nonsense:"a"' }))).param).toBe("query");
    const part = await refusal(stripe.customers.search({ query: 'metadata["tenant"]~"acme"' }));
    expect(part.message).toContain("as a whole");
  });

  it("finds the prices of several products, and what one or another tenant has, once each and newest first", async ({
    stripe,
  }) => {
    const ids: string[] = [];
    const products: string[] = [];
    for (const tenant of ["a", "b", "c", "a"]) {
      const product = await stripe.products.create({ name: tenant, metadata: { tenant, team: "a" } });
      products.unshift(product.id);
      for (let count = 0; count < 2; count += 1) {
        const price = await stripe.prices.create({ product: product.id, currency: "usd", unit_amount: 100 });
        if (tenant !== "b") ids.unshift(price.id);
      }
    }
    const [last, third, , first] = products;
    const query = [first, last, third?.toUpperCase(), last].map((id) => `product:"${id}"`).join(" OR ");
    expect((await stripe.prices.search({ query })).data.map(({ id }) => id)).toEqual(ids);

    const ofAny = 'metadata["tenant"]:"a" OR metadata["tenant"]:"B" OR metadata["team"]:"a"';
    expect((await stripe.products.search({ query: ofAny })).data.map(({ id }) => id)).toEqual(products);
    const named = await stripe.products.search({ query: 'metadata["tenant"]:"a" OR name:"c"' });
    expect(named.data.map(({ id }) => id)).toEqual([last, third, first]);
  });

  it("does not see what was written within the indexing delay, by the server's time", async () => {
    const { local, stripe } = await startLocal({ searchDelayMs: 30_000 });
    const query = 'metadata["tenant"]:"a"';
    const found = async () => (await stripe.customers.search({ query })).data.map(({ id }) => id);
    const one = await stripe.customers.create({ metadata: { tenant: "a" } });
    expect(await found()).toEqual([]);
    local.advanceBy(31_000);
    expect(await found()).toEqual([one.id]);

    local.setSearchDelay(60_000);
    await stripe.customers.update(one.id, { metadata: { tenant: "b" } });
    const other = await stripe.customers.create({ metadata: { tenant: "a" } });
    const stale = await stripe.customers.search({ query });
    expect(stale.data.map(({ id, metadata }) => [id, metadata])).toEqual([[one.id, { tenant: "a" }]]);
    local.advanceBy(59_000);
    expect(await found()).toEqual([one.id]);
    local.setSearchDelay(0);
    expect(await found()).toEqual([other.id]);
  });
});
