import { describe, expect, it } from "vitest";
import { publicMethods } from "../../public-methods.js";
import { ATTACKS } from "../attacks.js";
import { TARGETS } from "../rows.js";

/** Methods that act for no tenant: suites of their own attack them. */
const ATTACKED_ELSEWHERE = [
  "forTenant",
  "asOperator",
  "listSharedProducts",
  "resolveTenant",
  "listEvents",
  "listAccountSubscriptions",
  "forgetCatalog",
  "forgetCustomer",
  "receiverFacts",
];

describe("the matrix", () => {
  it("has a row for every public method", () => {
    const rows = new Set<string>([...TARGETS.map(({ method }) => method), ...ATTACKED_ELSEWHERE]);

    expect([...rows].sort()).toEqual(publicMethods());
  });

  it("leaves no attack out without a reason, and none that a method's shape rules out anyway", () => {
    for (const { name, leftOut = {}, ...target } of TARGETS) {
      for (const [title, reason] of Object.entries(leftOut)) {
        const attack = Object.entries(ATTACKS).find(([known]) => known === title)?.[1];
        expect(attack?.applies({ name, ...target }), `${name}: ${title}`).toBe(true);
        expect(reason.split(" ").length, `${name}: ${title}`).toBeGreaterThan(3);
      }
    }
  });
});
