import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isUsageOf } from "../../../src/tenancy/gate/meter-payload.js";

const isOwn = (id: string) => id === "cus_own";

describe("a meter event's payload", () => {
  it.each([
    [{ stripe_customer_id: "cus_own", value: "3" }],
    [{ calls: "-3", account: "cus_own" }],
    [{ stripe_customer_id: "cus_own" }],
  ])("tells the usage of the tenant's customer: %j", (payload) => {
    expect(isUsageOf(payload, isOwn)).toBe(true);
  });

  it.each<[unknown]>([
    [undefined],
    [null],
    ["cus_own"],
    [{}],
    [{ value: "3" }],
    [{ stripe_customer_id: "cus_other", value: "3" }],
    [{ stripe_customer_id: "cus_own", account: "cus_other" }],
    [{ stripe_customer_id: "cus_own", account: "cus_own" }],
    [{ stripe_customer_id: "cus_own", account: "a customer of an older kind" }],
    [{ stripe_customer_id: "cus_own", value: 3 }],
    [{ stripe_customer_id: "cus_own", value: "1.5" }],
    [{ stripe_customer_id: "cus_own", value: "3\ncus_other" }],
    [{ stripe_customer_id: "cus_own", value: "" }],
    [{ stripe_customer_id: "cus_own", value: { id: "cus_other" } }],
    [{ stripe_customer_id: ["cus_own"], value: "3" }],
    [{ stripe_customer_id: "sub_own", value: "3" }],
  ])("tells no usage that may be reported: %j", (payload) => {
    expect(isUsageOf(payload, (id) => isOwn(id) || id === "sub_own")).toBe(false);
  });

  it("names no customer but the tenant's, whatever is put into it", () => {
    const value = fc.oneof(
      fc.constantFrom("cus_own", "cus_other", "other", "7", ""),
      fc.string(),
      fc.anything(),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.string(), value), (payload) => {
        const isNumber = (one: unknown) => typeof one === "string" && /^-?\d+$/.test(one);
        const customers = Object.values(payload).filter((one) => !isNumber(one));
        if (isUsageOf(payload, isOwn)) expect(customers).toEqual(["cus_own"]);
      }),
    );
  });
});
