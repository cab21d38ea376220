import { describe, expect, it } from "vitest";
import { withQuery } from "../../src/stripe/query-string.js";

describe("a path with a query", () => {
  it.each([
    ["nothing", {}, "/v1/x"],
    ["what is undefined", { a: undefined, b: { c: undefined } }, "/v1/x"],
    ["a text, escaped", { query: 'a:"b&c"' }, "/v1/x?query=a%3A%22b%26c%22"],
    ["numbers and truths", { limit: 3, active: false }, "/v1/x?limit=3&active=false"],
    ["null as a blank", { customer: null }, "/v1/x?customer="],
    ["a list with its places", { expand: ["a", "b"] }, "/v1/x?expand[0]=a&expand[1]=b"],
    ["what is nested", { created: { gte: 1 } }, "/v1/x?created[gte]=1"],
    ["keys that are escaped as well", { "a&b": { "c=d": "e" } }, "/v1/x?a%26b[c%3Dd]=e"],
  ])("holds %s", (_, params, path) => expect(withQuery("/v1/x", params)).toBe(path));
});
