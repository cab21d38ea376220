import { describe, expect, it } from "vitest";
import { type OwnerPath, readId, readOwner } from "../../src/events/owner-path.js";

const MARK = { metadata: { tenantId: "acme" } };

describe("what an event's object says about its owner", () => {
  it.each<[OwnerPath, object, object, object]>([
    ["itself", { id: "cus_1", ...MARK }, {}, { customerId: "cus_1", ...MARK }],
    ["itself", { id: "cus_1" }, {}, { customerId: "cus_1" }],
    ["customer", { customer: "cus_1", ...MARK }, {}, { customerId: "cus_1" }],
    ["customer", { customer: { id: "cus_1" } }, {}, { customerId: "cus_1" }],
    ["customer", { customer: null }, { customer: "cus_2" }, { customerId: "cus_2" }],
    ["customer", { customer: "cus_1" }, { customer: "cus_2" }, { customerId: "cus_1" }],
    ["customer", { customer_account: "acct_1" }, {}, { customerAccount: "acct_1" }],
    ["customer", {}, { customer_account: "acct_2" }, { customerAccount: "acct_2" }],
    ["customer", { customer: "cus_1", customer_account: "acct_1" }, {}, { customerId: "cus_1" }],
    ["customer", {}, {}, {}],
    ["customer or mark", { customer: "cus_1", ...MARK }, {}, { customerId: "cus_1" }],
    ["customer or mark", { customer: null, ...MARK }, {}, MARK],
    ["customer or charge", { customer: "cus_1", charge: "ch_1" }, {}, { customerId: "cus_1" }],
    ["customer or charge", { charge: "ch_1" }, {}, { reference: { kind: "charge", id: "ch_1" } }],
    ["customer_account", { id: "acct_1", customer: "cus_1" }, {}, { customerAccount: "acct_1" }],
    ["mark", { customer: "cus_1", ...MARK }, {}, MARK],
    ["mark", {}, {}, {}],
    ["charge", { charge: { id: "ch_1" } }, {}, { reference: { kind: "charge", id: "ch_1" } }],
    [
      "charge",
      { charge: "ch_1", payment_intent: "pi_1" },
      {},
      { reference: { kind: "payment_intent", id: "pi_1" } },
    ],
    [
      "invoice",
      { invoice: "in_1", payment_intent: "pi_1" },
      {},
      { reference: { kind: "invoice", id: "in_1" } },
    ],
    ["payment_method", { payment_method: "pm_1" }, {}, { reference: { kind: "payment_method", id: "pm_1" } }],
    ["product", { product: "prod_1" }, {}, { reference: { kind: "product", id: "prod_1" } }],
    ["product", { product: null }, {}, {}],
    ["account", { id: "acct_1", customer: "cus_1", account: "acct_2", ...MARK }, {}, {}],
  ])("by %s, of %j after %j, is %j", (path, object, previous, owner) => {
    expect(readOwner(path, object, previous)).toEqual(owner);
  });

  it("needs nothing of what was there before", () => {
    expect(readOwner("customer", { customer: "cus_1" })).toEqual({ customerId: "cus_1" });
  });
});

describe("the metadata of an event's object", () => {
  const read = (metadata: unknown) => readOwner("mark", { metadata }).metadata;

  it("is what is text in it, frozen and without a prototype", () => {
    const metadata = read(JSON.parse('{ "a": "1", "b": 2, "c": null, "__proto__": "x" }'));
    expect(Object.entries(metadata ?? {})).toEqual([
      ["a", "1"],
      ["__proto__", "x"],
    ]);
    expect(Object.getPrototypeOf(metadata)).toBeNull();
    expect(Object.isFrozen(metadata)).toBe(true);
  });

  it.each([null, undefined, "tenantId=acme", 7])("is none where it is %j", (metadata) => {
    expect(read(metadata)).toBeUndefined();
  });

  it("is not looked for on the object's prototype", () => {
    expect(readOwner("mark", Object.create(MARK))).toEqual({});
  });
});

it.each([
  ["cus_1", "cus_1"],
  [{ id: "cus_1" }, "cus_1"],
  [{ id: { id: "cus_1" } }, undefined],
  [{ id: "" }, undefined],
  [{}, undefined],
  ["", undefined],
  [7, undefined],
  [null, undefined],
  [undefined, undefined],
])("the id in %j is %j", (reference, id) => {
  expect(readId(reference)).toBe(id);
});
