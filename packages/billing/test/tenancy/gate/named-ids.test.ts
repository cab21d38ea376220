import { describe, expect, it } from "vitest";
import { looksLikeAnId, namedIds, referencesIn } from "../../../src/tenancy/gate/named-ids.js";
import { isStripeObject, objectsIn, topObjects } from "../../../src/tenancy/gate/stripe-objects.js";

const named = (params: Readonly<Record<string, unknown>>) => [...namedIds(params)];

/** The names under which Stripe takes references to other objects. */
const REFERENCES = [
  "account",
  "configuration",
  "coupon",
  "customer",
  "customer_account",
  "default_payment_method",
  "default_price",
  "default_source",
  "destination",
  "discount",
  "ending_before",
  "from_subscription",
  "id",
  "invoice",
  "on_behalf_of",
  "payment_method",
  "payment_method_configuration",
  "plan",
  "price",
  "product",
  "promotion_code",
  "schedule",
  "source",
  "starting_after",
  "subscription",
  "subscription_item",
  "test_clock",
];

/** The names of what people write, in which an id would be no reference. */
const TEXTS = [
  "address",
  "allowed_updates",
  "comment",
  "custom_message",
  "description",
  "event_name",
  "headline",
  "lookup_key",
  "metadata",
  "name",
  "nickname",
  "phone",
  "type",
  "unit_label",
];

describe("the ids that a request names", () => {
  it.each(REFERENCES)("are found under %s, whatever they look like", (name) => {
    for (const value of ["free-form", "cus_1", 7, ["cus_1"], { gte: "" }, true]) {
      expect(named({ [name]: value })).toEqual([value]);
      expect(named({ list: [{ deeper: { [name]: value } }] })).toEqual([value]);
    }
  });

  it.each(REFERENCES)("are none where %s is left out, null, or blank to clear it", (name) => {
    for (const value of [undefined, null, ""]) expect(named({ [name]: value })).toEqual([]);
  });

  it.each(TEXTS)("are none in %s, however it reads", (name) => {
    expect(named({ [name]: "cus_1" })).toEqual([]);
    expect(named({ [name]: { customer: "cus_1", id: "sub_1" } })).toEqual([]);
  });

  it("are found under any other name by the look of an id", () => {
    expect(named({ whatever: "sub_1", list: ["price_2", "plain"], deep: { er: ["si_3"] } })).toEqual([
      "sub_1",
      "price_2",
      "si_3",
    ]);
  });

  it("are not numbers, words or nothing", () => {
    expect(named({ limit: 10, status: "all", active: true, expand: ["customer"], none: null })).toEqual([]);
    expect(named({})).toEqual([]);
  });

  it("are told by the prefix of their kind and nothing but word characters behind it", () => {
    const kinds =
      "acct ba bpc bps card ch clock cn cs cus di ent evt feat file ii il in inpay li mtr pi plan pm pmc price prod promo qt re seti si src sub sub_sched tax txi txr we";
    for (const kind of kinds.split(" ")) expect(looksLikeAnId(`${kind}_1abcDEF`)).toBe(true);
    for (const text of ["cus", "cus_", "xcus_1", "cus_1 ", " cus_1", "cus_1/2", "zz_1", "", "Cus_1"]) {
      expect(looksLikeAnId(text)).toBe(false);
    }
  });
});

describe("what an object refers to", () => {
  it("is every text under a name that holds references, at any depth, but for what people wrote", () => {
    const subscription = {
      id: "sub_1",
      object: "subscription",
      customer: "cus_1",
      items: { data: [{ id: "si_1", price: { id: "price_1", product: "prod_1" } }] },
      discounts: [{ coupon: "HALF" }],
      schedule: null,
      trial_end: 7,
      metadata: { customer: "cus_2" },
      description: "price_2",
      latest: "in_1",
    };

    expect([...referencesIn(subscription)]).toEqual(["sub_1", "cus_1", "si_1", "price_1", "prod_1", "HALF"]);
  });
});

describe("the objects in an answer", () => {
  const customer = { object: "customer", id: "cus_1", metadata: { object: "product", id: "prod_9" } };
  const item = { object: "subscription_item", id: "si_1" };
  const subscription = { object: "subscription", id: "sub_1", customer, items: { data: [item, null, "x"] } };

  it("are itself and all that is expanded in it, the outermost first, and nothing of metadata", () => {
    expect(objectsIn(subscription)).toEqual([subscription, customer, item]);
    expect(objectsIn({ wrapped: [subscription] })).toEqual([subscription, customer, item]);
    for (const nothing of [null, undefined, "customer", 7, [], {}]) expect(objectsIn(nothing)).toEqual([]);
  });

  it("are at the top a list's members, or itself", () => {
    expect(topObjects({ object: "list", data: [customer, item] })).toEqual([customer, item]);
    expect(topObjects({ object: "list", data: [] })).toEqual([]);
    expect(topObjects(customer)).toEqual([customer]);
    expect(topObjects({ object: "list", data: "none" })).toEqual([{ object: "list", data: "none" }]);
    expect(topObjects({ data: [customer] })).toEqual([{ data: [customer] }]);
    expect(topObjects(undefined)).toEqual([undefined]);
  });

  it("say what they are by a text", () => {
    expect(isStripeObject(customer)).toBe(true);
    for (const none of [null, undefined, "customer", {}, { object: 7 }, { object: null }, [], 7]) {
      expect(isStripeObject(none)).toBe(false);
    }
  });
});
