import { describe, expect, it } from "vitest";
import type { WriteCall } from "../../../src/stripe/calls.js";
import { isLookupKeyOf, lookupKeyFor } from "../../../src/tenancy/gate/lookup-key.js";
import { markedParams } from "../../../src/tenancy/gate/marked-params.js";
import { RULES } from "../../../src/tenancy/gate/rules.js";
import { accessByMark, parseMetadataKey, readMark } from "../../../src/tenancy/metadata-mark.js";
import { metadataTenancy } from "../../../src/tenancy/strategies/metadata-tenancy.js";

const tenancy = metadataTenancy();

describe("the mark that a write bears", () => {
  const marked = (call: WriteCall, params: object) => markedParams(RULES[call], params, tenancy, "acme");

  it.each([
    "POST /v1/customers",
    "POST /v1/products",
    "POST /v1/prices",
    "POST /v1/checkout/sessions",
    "POST /v1/billing_portal/configurations",
  ] as const)("is always there on %s, which makes something", (call) => {
    expect(marked(call, {})).toEqual({ metadata: { tenantId: "acme" } });
    expect(marked(call, { metadata: { tier: "pro" } })).toEqual({
      metadata: { tier: "pro", tenantId: "acme" },
    });
  });

  it.each([
    "POST /v1/customers/{customer}",
    "POST /v1/products/{product}",
    "POST /v1/prices/{price}",
  ] as const)("is never sent on %s, which would take back what was given away, and never cleared", (call) => {
    expect(marked(call, { active: false })).toEqual({ active: false });
    expect(marked(call, { metadata: { tier: "pro" } })).toEqual({ metadata: { tier: "pro" } });
    for (const tenantId of ["acme", "globex", "*", ""])
      expect(marked(call, { metadata: { tenantId } })).toBeUndefined();
  });

  it.each(["globex", "", "*", "acme"])("replaces the mark %j that a capability passes on", (tenantId) => {
    expect(marked("POST /v1/customers", { metadata: { tenantId } })).toEqual({
      metadata: { tenantId: "acme" },
    });
  });

  it.each(["", "text", null, 7])("is not cleared by %j in place of metadata", (metadata) => {
    for (const call of ["POST /v1/customers", "POST /v1/products/{product}"] as const) {
      expect(marked(call, { metadata })).toBeUndefined();
    }
  });

  it("is not on what belongs to a customer, where a capability may not forge it either", () => {
    const call = "POST /v1/subscriptions/{subscription}";

    expect(marked(call, { metadata: { seats: "3" } })).toEqual({ metadata: { seats: "3" } });
    for (const tenantId of ["acme", "globex", ""]) {
      expect(marked(call, { metadata: { tenantId } })).toBeUndefined();
      expect(marked(call, { metadata: { seats: "3", tenantId } })).toBeUndefined();
    }
  });

  it("is on a product's first price as well, which is a root of its own", () => {
    const first = { currency: "usd", unit_amount: 1 };

    expect(marked("POST /v1/products", { default_price_data: first })).toEqual({
      metadata: { tenantId: "acme" },
      default_price_data: { ...first, metadata: { tenantId: "acme" } },
    });
    expect(
      marked("POST /v1/products", { default_price_data: { ...first, metadata: { tenantId: "globex" } } }),
    ).toMatchObject({ default_price_data: { metadata: { tenantId: "acme" } } });
  });

  it.each(["subscription_data", "payment_intent_data", "setup_intent_data"])(
    "is on the %s of a Checkout session as well, whatever that says itself",
    (name) => {
      const call = "POST /v1/checkout/sessions";
      const both = { tenantId: "acme" };

      expect(marked(call, { [name]: { description: "x" } })).toEqual({
        metadata: both,
        [name]: { description: "x", metadata: both },
      });
      expect(marked(call, { [name]: { metadata: { tenantId: "globex" } } })).toMatchObject({
        [name]: { metadata: both },
      });
      expect(marked(call, { [name]: { metadata: "" } })).toBeUndefined();
      expect(marked(call, { [name]: "text" })).toBeUndefined();
    },
  );

  it.each(["text", 7, null, ""])("is not left out by %j in place of a first price", (first) => {
    expect(marked("POST /v1/products", { default_price_data: first })).toBeUndefined();
  });

  it("is not cleared on a first price by text in place of its metadata", () => {
    expect(marked("POST /v1/products", { default_price_data: { metadata: "" } })).toBeUndefined();
  });

  it("does not change what it was given", () => {
    const given = Object.freeze({ metadata: Object.freeze({ tier: "pro" }) });

    expect(marked("POST /v1/customers", given)).not.toBe(given);
    expect(given).toEqual({ metadata: { tier: "pro" } });
  });
});

describe("what an object's mark says", () => {
  it.each([
    ["acme", "own"],
    ["*", "shared"],
    ["globex", "none"],
    ["ACME", "none"],
    ["acme ", "none"],
    ["", "none"],
  ] as const)("of a product marked %j: %s", (tenantId, access) => {
    expect(accessByMark("acme", { id: "prod_1", metadata: { tenantId } }, "tenantId")).toBe(access);
  });

  it.each([{}, { metadata: null }, { metadata: {} }, { metadata: { other: "acme" } }])(
    "of one with no mark, in %j: none",
    (product) => {
      expect(accessByMark("acme", { id: "prod_1", ...product }, "tenantId")).toBe("none");
      expect(readMark(product, "tenantId")).toBeUndefined();
    },
  );

  it("counts only where it is the metadata's own", () => {
    const inherited: Record<string, string> = Object.create({ tenantId: "acme" });

    expect(readMark({ metadata: inherited }, "tenantId")).toBeUndefined();
    expect(readMark({ metadata: {} }, "toString")).toBeUndefined();
    expect(readMark({ metadata: { tenantId: "acme" } }, "tenantId")).toBe("acme");
  });
});

describe("the metadata key of the mark", () => {
  it("is tenantId unless another is given", () => {
    expect(parseMetadataKey()).toBe("tenantId");
    expect(parseMetadataKey("workspace_id-2")).toBe("workspace_id-2");
    expect(parseMetadataKey("k".repeat(40))).toBe("k".repeat(40));
  });

  it.each([
    "",
    "a b",
    "a[b]",
    "k".repeat(41),
    "__proto__",
    "billingReference",
    "billingCheckout",
    "billingCall",
    "é",
    " a",
    "a ",
    7,
    null,
  ])("is not %j", (key) => {
    expect(() => Reflect.apply(parseMetadataKey, undefined, [key])).toThrow(
      expect.objectContaining({
        code: "configuration",
        message:
          "A tenancy's metadata key must be 1 to 40 letters, digits, _ or -, and none of billingReference, billingCheckout, billingCall.",
      }),
    );
  });
});

describe("a lookup key", () => {
  it("stands behind its tenant's name in an account that tenants share", () => {
    expect(lookupKeyFor("acme", undefined, "pro")).toBe("acme//pro");
    expect(isLookupKeyOf("acme", undefined, "acme//pro")).toBe(true);
    for (const foreign of ["pro", "acme", "acme/pro", "globex//pro", "acme:x//pro", "x acme//pro", ""]) {
      expect(isLookupKeyOf("acme", undefined, foreign)).toBe(false);
    }
  });

  it("is as it was given in an account of the tenant's own", () => {
    expect(lookupKeyFor("acme", "acct_1", "pro")).toBe("pro");
    expect(isLookupKeyOf("acme", "acct_1", "globex//pro")).toBe(true);
  });
});
