import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isResultOf, markCall, toMetadata } from "../../src/tenancy/call-mark.js";

const texts = fc.string({ maxLength: 4 });
const calls = fc.record({
  caller: fc.record({ account: fc.option(texts, { nil: undefined }), tenantId: texts }),
  method: texts,
  key: texts,
});
const CALLER = { account: undefined, tenantId: "acme" };

describe("the mark of a call", () => {
  it("is known again by the same call with the same content, and by no other call", () => {
    fc.assert(
      fc.property(calls, calls, (one, other) => {
        const made = { metadata: toMetadata(markCall(one.caller, one.method, one.key, { amount: 1 })) };
        const again = markCall(other.caller, other.method, other.key, { amount: 1 });
        const isSame =
          (one.caller.account ?? "") === (other.caller.account ?? "") &&
          one.caller.tenantId === other.caller.tenantId &&
          one.method === other.method &&
          one.key === other.key;
        expect(isResultOf(again, made)).toBe(isSame);
        expect(isResultOf(markCall(one.caller, one.method, one.key, { amount: 1 }), made)).toBe(true);
      }),
    );
  });

  it("refuses the same key with another content as Stripe does", () => {
    const made = { metadata: toMetadata(markCall(CALLER, "createSubscription", "key", { amount: 1 })) };
    expect(() => isResultOf(markCall(CALLER, "createSubscription", "key", { amount: 2 }), made)).toThrow(
      expect.objectContaining({ code: "conflict" }),
    );
  });

  it.each([null, {}, { billingCall: "" }, { billingCall: "billing_0 0" }])("is not in %j", (metadata) => {
    expect(isResultOf(markCall(CALLER, "createSubscription", "key", {}), { metadata })).toBe(false);
  });
});
