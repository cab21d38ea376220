import { beforeEach, describe, expect, it } from "vitest";
import { Deadline } from "../../../src/deadline.js";
import type { StripeCall } from "../../../src/stripe/calls.js";
import { AnswerCheck, type AnswerCheckOptions } from "../../../src/tenancy/gate/answer-check.js";
import { Proofs } from "../../../src/tenancy/gate/proofs.js";
import { OwnershipCache } from "../../../src/tenancy/ownership-cache.js";
import { directoryTenancy } from "../../../src/tenancy/strategies/directory-tenancy.js";
import { memoryDirectory } from "../../../src/tenancy/strategies/memory-directory.js";
import { metadataTenancy } from "../../../src/tenancy/strategies/metadata-tenancy.js";

const CALL = "GET /v1/subscriptions";
const LIST_OF_ENTITLEMENTS = "GET /v1/entitlements/active_entitlements";
const own = { tenantId: "acme" };
const foreign = { tenantId: "globex" };
const everyones = { tenantId: "*" };

let proofs: Proofs;
let audits: string[];

beforeEach(() => {
  proofs = new Proofs({
    account: undefined,
    tenantId: "acme",
    cache: new OwnershipCache(300_000),
    configurations: new OwnershipCache(300_000),
    trusted: ["bpc_set"],
  });
  audits = [];
});

function admits(
  answer: unknown,
  options: Partial<AnswerCheckOptions> = {},
  call: StripeCall = CALL,
): Promise<boolean> {
  const check = new AnswerCheck(
    {
      tenancy: metadataTenancy(),
      tenantId: "acme",
      mode: "test",
      deadline: new Deadline(1_000),
      ...options,
    },
    proofs,
    (type, call) => audits.push(`${type} ${call}`),
  );
  return check.admits(answer, call);
}

/** What may be named after an answer, and how. */
async function provedBy(answer: unknown, ...ids: readonly string[]): Promise<unknown[]> {
  expect(await admits(answer)).toBe(true);
  return ids.map((id) => proofs.accessTo(id));
}

const customer = (metadata: object, id = "cus_1") => ({ object: "customer", id, metadata });

describe("a customer in an answer", () => {
  it("is admitted by its mark, and proved", async () => {
    expect(await provedBy(customer(own), "cus_1", "cus_2")).toEqual(["own", undefined]);
  });

  it.each([foreign, everyones, {}, { tenantId: "ACME" }])("is refused when marked %j", async (metadata) => {
    expect(await admits(customer(metadata))).toBe(false);
    expect(proofs.accessTo("cus_1")).toBeUndefined();
    expect(audits).toEqual([]);
  });

  it("is refused without an id", async () => {
    expect(await admits({ object: "customer", metadata: own })).toBe(false);
  });

  it("is admitted after its deletion where it was proved before, since it has no mark any more", async () => {
    const deleted = { object: "customer", id: "cus_1", deleted: true };
    expect(await admits(deleted)).toBe(false);
    proofs.add("cus_1", "shared");
    expect(await admits(deleted)).toBe(false);
    proofs.add("cus_1", "own");
    expect(await admits(deleted)).toBe(true);
  });

  it("is admitted with what of its own is deleted, where that was proved before", async () => {
    const deleted = { object: "tax_id", id: "txi_1", deleted: true };
    expect(await admits(deleted)).toBe(false);
    proofs.add("txi_1", "own");
    expect(await admits(deleted)).toBe(true);
  });

  it("is refused and audited where two authorities say different tenants, or one says nothing yet", async () => {
    const directory = memoryDirectory();
    await directory.link("acme", "cus_linked");
    const tenancy = directoryTenancy(directory);

    expect(await admits(customer(foreign, "cus_linked"), { tenancy })).toBe(false);
    expect(await admits(customer(own, "cus_unlinked"), { tenancy })).toBe(false);
    expect(audits).toEqual(Array.from({ length: 2 }, () => `ownership_conflict ${CALL}`));
    expect(await admits(customer(foreign, "cus_foreign"), { tenancy })).toBe(false);
    expect(await admits(customer({}, "cus_linked"), { tenancy })).toBe(true);
    expect(audits).toHaveLength(2);
  });
});

describe("what belongs to a customer", () => {
  const subscription = (of: unknown) => ({
    object: "subscription",
    id: "sub_1",
    customer: of,
    items: {
      object: "list",
      data: [
        {
          object: "subscription_item",
          id: "si_1",
          price: { object: "price", id: "price_1", product: "prod_1" },
        },
      ],
    },
    discounts: ["di_1"],
    default_tax_rates: [{ object: "tax_rate", id: "txr_1" }],
    schedule: "sub_sched_1",
  });

  it("is admitted with its customer beside it, and proved with its items", async () => {
    expect(await provedBy(subscription(customer(own)), "sub_1", "cus_1", "si_1")).toEqual([
      "own",
      "own",
      "own",
    ]);
  });

  it("is admitted by its customer's id, once that was proved", async () => {
    expect(await admits(subscription("cus_1"))).toBe(false);
    proofs.add("cus_1", "shared");
    expect(await admits(subscription("cus_1"))).toBe(false);
    proofs.add("cus_1", "own");
    expect(await admits(subscription("cus_1"))).toBe(true);
  });

  it.each([customer(foreign), "cus_other", null, undefined, 7, {}])(
    "is refused, and proves nothing, with the customer %j",
    async (of) => {
      expect(await admits(subscription(of))).toBe(false);
      for (const id of ["sub_1", "si_1", "price_1", "cus_1"]) expect(proofs.accessTo(id)).toBeUndefined();
    },
  );

  it("lets what it refers to be named again, and not be changed", async () => {
    expect(await provedBy(subscription(customer(own)), "price_1", "prod_1", "sub_sched_1", "di_1")).toEqual([
      "shared",
      "shared",
      "shared",
      undefined,
    ]);
  });

  it("proves what is expanded in it and is the same customer's", async () => {
    const latest_invoice = { object: "invoice", id: "in_1", customer: "cus_1" };
    expect(await provedBy({ ...subscription(customer(own)), latest_invoice }, "in_1")).toEqual(["own"]);
  });

  it("is refused without a customer, whatever was proved of it", async () => {
    proofs.add("in_1", "own");
    expect(await admits({ object: "invoice", id: "in_1", customer: null })).toBe(false);
  });

  it("leaves a reference what it was proved to be before", async () => {
    proofs.add("price_1", "own");
    expect(await provedBy(subscription(customer(own)), "price_1")).toEqual(["own"]);
  });

  it("lets no other kind of object lend its references", async () => {
    const invoice = { object: "invoice", id: "in_1", customer: customer(own), subscription: "sub_9" };
    expect(await provedBy(invoice, "in_1", "sub_9")).toEqual(["own", undefined]);
  });

  it("is refused when something expanded in it is foreign", async () => {
    const product = (metadata: object) => ({ object: "product", id: "prod_1", metadata });
    const withProduct = (metadata: object) => ({
      ...subscription(customer(own)),
      plan: { object: "plan", id: "plan_1", product: product(metadata) },
    });
    expect(await admits(withProduct(foreign))).toBe(false);
    expect(await admits(withProduct({}))).toBe(false);
    expect(await admits(withProduct(everyones))).toBe(true);
    expect(await admits(withProduct(own))).toBe(true);
    const invoice = { object: "invoice", id: "in_1", customer: "cus_other" };
    expect(await admits({ ...subscription(customer(own)), latest_invoice: invoice })).toBe(false);
    expect(
      await admits({ ...subscription(customer(own)), latest_invoice: { ...invoice, customer: "cus_1" } }),
    ).toBe(true);
    expect(await admits({ ...subscription(customer(own)), transfer: customer(foreign, "cus_2") })).toBe(
      false,
    );
  });
});

describe("a payment method", () => {
  const detached = { object: "payment_method", id: "pm_1", customer: null };

  it("is the tenant's by its mark, and by no other's", async () => {
    expect(await admits({ ...detached, metadata: own })).toBe(true);
    for (const metadata of [foreign, everyones, {}, null]) {
      expect(await admits({ ...detached, metadata })).toBe(false);
    }
    // While it is attached, its customer alone says whose it is.
    expect(await admits({ ...detached, customer: "cus_1", metadata: own })).toBe(false);
  });

  it("without a customer is whose it was proved to be before", async () => {
    expect(await admits(detached)).toBe(false);
    proofs.add("pm_1", "shared");
    expect(await admits(detached)).toBe(false);
    proofs.add("pm_1", "own");
    expect(await admits(detached)).toBe(true);
    expect(await admits({ ...detached, id: undefined })).toBe(false);
  });

  it("of another's customer is refused, whatever it was", async () => {
    proofs.add("pm_1", "own");
    expect(await admits({ ...detached, customer: "cus_other" })).toBe(false);
    expect(await admits({ ...detached, customer: customer(foreign) })).toBe(false);
  });

  it("within another object is that one's, without a customer of its own", async () => {
    expect(await admits({ object: "invoice", id: "in_1", customer: customer(own), method: detached })).toBe(
      true,
    );
  });
});

describe("a product", () => {
  const product = (metadata: unknown) => ({ object: "product", id: "prod_1", metadata, lookup_key: null });

  it.each([
    [own, "own"],
    [everyones, "shared"],
  ])("marked %j is proved as such", async (metadata, access) => {
    expect(await provedBy(product(metadata), "prod_1")).toEqual([access]);
  });

  it.each([[foreign], [{}], [null], [undefined]])("marked %j is refused", async (metadata) => {
    expect(await admits(product(metadata))).toBe(false);
    expect(proofs.accessTo("prod_1")).toBeUndefined();
  });

  it("without an id is refused", async () => {
    expect(await admits({ object: "product", metadata: own })).toBe(false);
  });

  it("that all share is its operator's own", async () => {
    expect(await admits(product(everyones), { tenantId: "*" })).toBe(true);
    expect(proofs.accessTo("prod_1")).toBe("own");
  });
});

describe("a price", () => {
  const price = (product: unknown, more: object = {}) => ({
    object: "price",
    id: "price_1",
    product,
    ...more,
  });

  it("is what the product beside it is, and proves that as well", async () => {
    const product = { object: "product", id: "prod_1", metadata: own };
    expect(await provedBy(price(product), "price_1", "prod_1")).toEqual(["own", "own"]);
    const shared = { object: "product", id: "prod_2", metadata: everyones };
    expect(await provedBy({ ...price(shared), id: "price_2" }, "price_2", "prod_2")).toEqual([
      "shared",
      "shared",
    ]);
  });

  it("is refused with a foreign product, with its product's id alone, or with none", async () => {
    for (const product of [
      { object: "product", id: "prod_1", metadata: foreign },
      "prod_1",
      null,
      undefined,
    ]) {
      expect(await admits(price(product))).toBe(false);
    }
    expect(proofs.accessTo("price_1")).toBeUndefined();
  });

  it.each(["own", "shared"] as const)("is %s by the id of a product that was proved so", async (access) => {
    proofs.add("prod_1", access);
    expect(await provedBy(price("prod_1"), "price_1")).toEqual([access]);
  });

  it("lends its lookup key where it is the tenant's own", async () => {
    proofs.add("prod_1", "own");
    await admits(price("prod_1", { lookup_key: "acme//pro" }));
    proofs.add("prod_2", "shared");
    await admits({ ...price("prod_2", { lookup_key: "team" }), id: "price_2" });

    expect(proofs.ownsLookupKey("acme//pro")).toBe(true);
    expect(proofs.ownsLookupKey("team")).toBe(false);
    expect(await admits(price("prod_1", { lookup_key: null }))).toBe(true);
  });

  it("lends no lookup key of another kind, as a feature's is", async () => {
    await admits({ object: "product", id: "prod_1", metadata: own, lookup_key: "sso" });
    expect(proofs.ownsLookupKey("sso")).toBe(false);
  });

  it("within another object is that one's, and is not proved by it", async () => {
    const item = { object: "line_item", id: "il_1", customer: customer(own), price: price("prod_9") };
    expect(await provedBy(item, "il_1", "price_1")).toEqual(["own", undefined]);
  });
});

describe.each(["coupon", "promotion_code", "billing_portal.configuration"])("a %s", (object) => {
  const marked = (metadata: object, more: object = {}) => ({ object, id: "x_1", metadata, ...more });

  it("is the tenant's or everyone's by its mark", async () => {
    expect(await provedBy(marked(own), "x_1")).toEqual(["own"]);
    expect(await provedBy({ ...marked(everyones), id: "x_2" }, "x_2")).toEqual(["shared"]);
    for (const metadata of [foreign, {}])
      expect(await admits({ ...marked(metadata), id: "x_3" })).toBe(false);
    expect(proofs.accessTo("x_3")).toBeUndefined();
  });

  it("for one customer is for the tenant's own alone", async () => {
    expect(await admits(marked(own, { customer: null }))).toBe(true);
    expect(await admits(marked(own, { customer: "cus_1" }))).toBe(false);
    expect(await admits(marked(own, { customer: customer(foreign) }))).toBe(false);
    expect(await admits(marked(own, { customer: customer(own) }))).toBe(true);
  });

  it("within another object is that one's", async () => {
    expect(
      await admits({ object: "invoice", id: "in_1", customer: customer(own), held: marked(foreign) }),
    ).toBe(true);
  });
});

describe("a portal configuration without a mark", () => {
  const configuration = { object: "billing_portal.configuration", id: "bpc_1", metadata: {} };

  it("is everyone's to use where it is the account's default, or the settings name it", async () => {
    expect(await provedBy({ ...configuration, is_default: true }, "bpc_1")).toEqual(["shared"]);
    expect(await provedBy({ ...configuration, id: "bpc_set" }, "bpc_set")).toEqual(["shared"]);
  });

  it.each([false, null, undefined, "true", 1])("is nobody's where is_default is %j", async (isDefault) => {
    expect(await admits({ ...configuration, is_default: isDefault })).toBe(false);
  });

  it("is nobody's by being the default of another kind", async () => {
    expect(await admits({ object: "coupon", id: "c_1", metadata: {}, is_default: true })).toBe(false);
  });
});

describe("an entitlement, which does not say whose it is", () => {
  const entitlement = { object: "entitlements.active_entitlement", id: "ent_1", feature: "feat_1" };
  const listed = (object: object) => admits(object, {}, LIST_OF_ENTITLEMENTS);

  it("is whose list it is on, and proved so that the next page can be asked for", async () => {
    expect(await listed(entitlement)).toBe(true);
    expect([proofs.accessTo("ent_1"), proofs.accessTo("feat_1")]).toEqual(["own", undefined]);
  });

  it("is nobody's in any other answer", async () => {
    expect(await admits(entitlement)).toBe(false);
    expect(proofs.accessTo("ent_1")).toBeUndefined();
  });

  it("lends its place on the list to no other kind, and to none of somebody else's", async () => {
    expect(await listed({ ...entitlement, object: "entitlements.feature" })).toBe(false);
    expect(await listed({ ...entitlement, customer: "cus_other" })).toBe(false);
    expect(await listed({ ...entitlement, feature: customer(foreign) })).toBe(false);
  });
});

describe("a meter event", () => {
  const event = (payload: unknown) => ({ object: "billing.meter_event", identifier: "one", payload });

  it("is its payload's customer's, whatever key it stands under", async () => {
    proofs.add("cus_1", "own");
    expect(await admits(event({ account: "cus_1", value: "7" }))).toBe(true);
  });

  it.each([
    { stripe_customer_id: "cus_other", value: "7" },
    { account: "cus_1", stripe_customer_id: "cus_other" },
    "cus_other",
  ])("is refused with the payload %j", async (payload) => {
    proofs.add("cus_1", "own");
    expect(await admits(event(payload))).toBe(false);
  });

  it("is refused of a customer that may be named and no more", async () => {
    proofs.add("cus_1", "shared");
    expect(await admits(event({ stripe_customer_id: "cus_1" }))).toBe(false);
  });
});

describe("anything else", () => {
  it.each([
    undefined,
    null,
    "cus_1",
    7,
    {},
    { id: "cus_1" },
    { object: "account", id: "acct_1" },
    { object: "event", id: "evt_1", metadata: own },
    { object: "list", data: "none" },
  ])("is refused, since nobody can tell whose it is: %j", async (answer) => {
    expect(await admits(answer)).toBe(false);
  });
});

describe("the mode of an answer", () => {
  const live = { ...customer(own), livemode: true };

  it("is the service's, or the answer is refused in so many words", async () => {
    await expect(admits(live)).rejects.toMatchObject({
      code: "mode_mismatch",
      message: "Stripe answered with an object of the other mode; this service is in test mode.",
    });
    await expect(admits({ ...live, livemode: false }, { mode: "live" })).rejects.toMatchObject({
      message: "Stripe answered with an object of the other mode; this service is in live mode.",
    });
    expect(await admits({ ...live, livemode: false })).toBe(true);
    expect(await admits(live, { mode: "live" })).toBe(true);
  });

  it("is not asked of what says none, nor where the service's is not known", async () => {
    expect(await admits({ ...live, livemode: undefined })).toBe(true);
    expect(await admits(live, { mode: undefined })).toBe(true);
  });
});

describe.each(["dispute", "refund"])("a %s in an answer", (object) => {
  const of = (charge: unknown) => ({ object, id: "re_1", charge });
  const charge = (holder: unknown) => ({ object: "charge", id: "ch_1", customer: holder });

  it("is whose the charge is that comes with it", async () => {
    expect(await admits(of(charge(customer(own))))).toBe(true);
    expect(await admits(of(charge(customer(foreign, "cus_2"))))).toBe(false);
  });

  it("is nobody's with a charge that has no customer, or does not come with it, or is none", async () => {
    for (const other of [charge(null), charge("cus_9"), "ch_1", null, undefined, { customer: "cus_1" }])
      expect(await admits(of(other))).toBe(false);
  });
});
