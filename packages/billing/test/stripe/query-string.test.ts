import { describe, expect, it } from "vitest";
import { withQuery } from "../../src/stripe/query-string.js";

describe("a query string", () => {
  it("says what it was given: nested, in lists, blank and left out", () => {
    const params = {
      limit: 10,
      active: false,
      expand: ["data.customer"],
      created: { gte: 1 },
      page: null,
      after: undefined,
    };

    expect(withQuery("/v1/invoices", params)).toBe(
      "/v1/invoices?limit=10&active=false&expand[0]=data.customer&created[gte]=1&page=",
    );
    expect(withQuery("/v1/invoices", {})).toBe("/v1/invoices");
  });

  const SMUGGLED = "x&customer=cus_globex#?[customer]=";

  it.each([
    ["a value", { customer: "cus_acme", query: SMUGGLED }],
    ["a value further in", { customer: "cus_acme", created: { gte: SMUGGLED } }],
    ["a name", { customer: "cus_acme", [SMUGGLED]: "1" }],
    ["a name further in", { customer: "cus_acme", created: { [SMUGGLED]: "1" } }],
  ])("holds no parameter that is smuggled in by %s", (_, params) => {
    const { searchParams, hash } = new URL(withQuery("https://api.stripe.com/v1/invoices", params));

    expect(searchParams.getAll("customer")).toEqual(["cus_acme"]);
    expect([...searchParams.keys()]).toHaveLength(2);
    expect(hash).toBe("");
  });

  it("is not made of half a character", () => {
    expect(() => withQuery("/v1/customers/search", { query: "\ud800" })).toThrow(URIError);
  });
});
