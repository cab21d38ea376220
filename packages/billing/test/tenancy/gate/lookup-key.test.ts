import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isLookupKeyOf, lookupKeyFor, shownLookupKey } from "../../../src/tenancy/gate/lookup-key.js";

const accounts = fc.constantFrom(undefined, "acct_1");
const keys = fc.string({ unit: fc.constantFrom("a", "1", "/", ".", ":"), minLength: 1, maxLength: 12 });

describe("a lookup key", () => {
  it("is shown as it was given, in a shared account and in one of the tenant's own", () => {
    fc.assert(
      fc.property(accounts, keys, (account, key) => {
        const stored = lookupKeyFor("acme.eu:1-x_y", account, key);
        expect(isLookupKeyOf("acme.eu:1-x_y", account, stored)).toBe(true);
        expect(shownLookupKey(account, stored)).toBe(key);
      }),
    );
  });

  it.each([
    ["acme//pro", "pro"],
    ["a//pro", "pro"],
    [`a${"b".repeat(254)}//pro`, "pro"],
    [`a${"b".repeat(255)}//pro`, `a${"b".repeat(255)}//pro`],
    ["acme//a//b", "a//b"],
    ["pro", "pro"],
    ["acme/pro", "acme/pro"],
    ["//pro", "//pro"],
    [".acme//pro", ".acme//pro"],
    ["of acme//pro", "of acme//pro"],
  ])("that a shared account stores as %s is shown as %s", (stored, shown) => {
    expect(shownLookupKey(undefined, stored)).toBe(shown);
  });
});
