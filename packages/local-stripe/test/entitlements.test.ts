import type Stripe from "stripe";
import { describe, expect } from "vitest";
import { it } from "./support/it.js";
import { ask, cardholder, idOf, monthly, refusal, startClock, subscribe } from "./support/local.js";

const DAY = 24 * 3600 * 1000;

async function feature(stripe: Stripe, key: string): Promise<Stripe.Entitlements.Feature> {
  return stripe.entitlements.features.create({ lookup_key: key, name: `The ${key}` });
}

/** A monthly price of a product that has these features. */
async function priceWith(stripe: Stripe, ...features: Stripe.Entitlements.Feature[]): Promise<Stripe.Price> {
  const price = await monthly(stripe);
  for (const one of features) {
    await stripe.products.createFeature(idOf(price.product), { entitlement_feature: one.id });
  }
  return price;
}

async function keysOf(stripe: Stripe, customer: string): Promise<string[]> {
  const { data } = await stripe.entitlements.activeEntitlements.list({ customer });
  return data.map((one) => one.lookup_key).sort();
}

async function summaries(stripe: Stripe): Promise<Stripe.EntitlementsActiveEntitlementSummaryUpdatedEvent[]> {
  const { data } = await stripe.events.list({ type: "entitlements.active_entitlement_summary.updated" });
  // The list was asked for this type alone.
  return data as Stripe.EntitlementsActiveEntitlementSummaryUpdatedEvent[];
}

describe("features", () => {
  it("have a name, metadata, and a lookup key that no other active feature has", async ({ stripe }) => {
    const made = await stripe.entitlements.features.create({
      lookup_key: "sso",
      name: "Single sign-on",
      metadata: { team: "identity" },
    });
    expect(made).toEqual({
      id: expect.stringMatching(/^feat_test_\w+$/),
      object: "entitlements.feature",
      active: true,
      livemode: false,
      lookup_key: "sso",
      metadata: { team: "identity" },
      name: "Single sign-on",
    });
    expect(await stripe.entitlements.features.retrieve(made.id)).toEqual(made);
    expect(await refusal(feature(stripe, "sso"))).toMatchObject({ param: "lookup_key", statusCode: 400 });
    const renamed = await stripe.entitlements.features.update(made.id, { name: "SSO", metadata: "" });
    expect(renamed).toMatchObject({ name: "SSO", metadata: {}, lookup_key: "sso" });
  });

  it("are archived for good, and free their lookup key", async ({ stripe }) => {
    const first = await feature(stripe, "sso");
    await stripe.entitlements.features.update(first.id, { active: false });
    const second = await feature(stripe, "sso");
    const ids = async (params: Stripe.Entitlements.FeatureListParams) =>
      (await stripe.entitlements.features.list(params)).data.map((one) => one.id);
    expect(await ids({})).toEqual([second.id]);
    expect(await ids({ lookup_key: "sso", archived: true })).toEqual([first.id]);
    expect((await refusal(stripe.entitlements.features.update(first.id, { active: true }))).param).toBe(
      "active",
    );
    const price = await monthly(stripe);
    const attaching = stripe.products.createFeature(idOf(price.product), { entitlement_feature: first.id });
    expect((await refusal(attaching)).param).toBe("entitlement_feature");
  });

  it("are attached to products, once each, and taken from them", async ({ stripe }) => {
    const sso = await feature(stripe, "sso");
    const [gold, other] = [idOf((await monthly(stripe)).product), idOf((await monthly(stripe)).product)];
    const attached = await stripe.products.createFeature(gold, { entitlement_feature: sso.id });
    expect(attached).toMatchObject({ object: "product_feature", entitlement_feature: { id: sso.id } });
    expect((await stripe.products.listFeatures(gold)).data).toEqual([attached]);
    expect(await stripe.products.retrieveFeature(gold, attached.id)).toEqual(attached);
    const again = stripe.products.createFeature(gold, { entitlement_feature: sso.id });
    expect((await refusal(again)).code).toBe("resource_already_exists");
    expect(await refusal(stripe.products.retrieveFeature(other, attached.id))).toMatchObject({
      code: "resource_missing",
      statusCode: 404,
    });
    expect((await refusal(stripe.products.deleteFeature(other, attached.id))).statusCode).toBe(404);
    expect(await stripe.products.deleteFeature(gold, attached.id)).toMatchObject({ deleted: true });
    expect((await stripe.products.listFeatures(gold)).data).toEqual([]);
    expect((await refusal(stripe.products.listFeatures("prod_missing"))).statusCode).toBe(404);
  });
});

describe("active entitlements", () => {
  it("are what a customer's subscriptions give access to, each feature once", async ({ stripe }) => {
    const [sso, audit] = [await feature(stripe, "sso"), await feature(stripe, "audit")];
    const [basic, pro] = [await priceWith(stripe, sso), await priceWith(stripe, sso, audit)];
    const customer = await stripe.customers.create({});
    await stripe.subscriptions.create({ customer: customer.id, items: [{ price: basic.id }] });
    const [held] = (await stripe.entitlements.activeEntitlements.list({ customer: customer.id })).data;
    expect(held).toEqual({
      id: expect.stringMatching(/^ent_test_\w+$/),
      object: "entitlements.active_entitlement",
      feature: sso.id,
      livemode: false,
      lookup_key: "sso",
    });
    const second = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: pro.id }] });
    expect(await keysOf(stripe, customer.id)).toEqual(["audit", "sso"]);
    await stripe.subscriptions.cancel(second.id);
    const after = await stripe.entitlements.activeEntitlements.list({
      customer: customer.id,
      expand: ["data.feature"],
    });
    expect(after.data).toEqual([{ ...held, feature: sso }]);
    expect(await stripe.entitlements.activeEntitlements.retrieve(String(held?.id))).toEqual(held);
  });

  it("come in pages", async ({ stripe }) => {
    const keys = ["a", "b", "c"];
    const features = await Promise.all(keys.map((key) => feature(stripe, key)));
    const price = await priceWith(stripe, ...features);
    const { id: customer } = await stripe.customers.create({});
    await stripe.subscriptions.create({ customer, items: [{ price: price.id }] });
    const first = await stripe.entitlements.activeEntitlements.list({ customer, limit: 2 });
    expect(first).toMatchObject({ has_more: true, url: "/v1/entitlements/active_entitlements" });
    const all = await stripe.entitlements.activeEntitlements
      .list({ customer, limit: 2 })
      .autoPagingToArray({ limit: 9 });
    expect(all.map((one) => one.lookup_key).sort()).toEqual(keys);
  });

  it("are asked for by a customer that is there", async ({ local, stripe }) => {
    expect((await ask(local, "GET", "/v1/entitlements/active_entitlements")).body).toMatchObject({
      error: { code: "parameter_missing", param: "customer" },
    });
    expect(
      await refusal(stripe.entitlements.activeEntitlements.list({ customer: "cus_missing" })),
    ).toMatchObject({
      statusCode: 400,
      code: "resource_missing",
      message: "No such customer: 'cus_missing'",
    });
    expect((await refusal(stripe.entitlements.activeEntitlements.retrieve("ent_missing"))).statusCode).toBe(
      404,
    );
  });

  it("follow a change of plan, and end with the subscription", async ({ stripe }) => {
    const [sso, audit] = [await feature(stripe, "sso"), await feature(stripe, "audit")];
    const [basic, pro] = [await priceWith(stripe, sso), await priceWith(stripe, audit)];
    const { id: customer } = await stripe.customers.create({});
    const { id, items } = await stripe.subscriptions.create({ customer, items: [{ price: basic.id }] });
    await stripe.subscriptions.update(id, { items: [{ id: String(items.data[0]?.id), price: pro.id }] });
    expect(await keysOf(stripe, customer)).toEqual(["audit"]);
    await stripe.subscriptions.cancel(id);
    expect(await keysOf(stripe, customer)).toEqual([]);
  });

  it("begin with a trial, and not before the first payment", async ({ stripe }) => {
    const price = await priceWith(stripe, await feature(stripe, "sso"));
    const trying = await stripe.customers.create({});
    await stripe.subscriptions.create({
      customer: trying.id,
      items: [{ price: price.id }],
      trial_period_days: 7,
    });
    expect(await keysOf(stripe, trying.id)).toEqual(["sso"]);
    const failing = await cardholder(stripe, "pm_card_chargeCustomerFail");
    const unpaid = await stripe.subscriptions.create({ customer: failing.id, items: [{ price: price.id }] });
    expect([unpaid.status, await keysOf(stripe, failing.id)]).toEqual(["incomplete", []]);
    await stripe.invoices.pay(idOf(unpaid.latest_invoice), { paid_out_of_band: true });
    expect(await keysOf(stripe, failing.id)).toEqual(["sso"]);
  });

  it("of a subscription that is there already change with its next period", async ({ stripe }) => {
    const clock = await startClock(stripe, new Date(Date.UTC(2027, 0, 1)));
    const { id: customer } = await cardholder(stripe, "pm_card_visa", clock.id);
    const [sso, audit] = [await feature(stripe, "sso"), await feature(stripe, "audit")];
    const price = await priceWith(stripe, sso);
    const { id } = await stripe.subscriptions.create({ customer, items: [{ price: price.id }] });
    const product = idOf(price.product);
    const [attached] = (await stripe.products.listFeatures(product)).data;
    await stripe.products.deleteFeature(product, String(attached?.id));
    await stripe.products.createFeature(product, { entitlement_feature: audit.id });
    await stripe.subscriptions.update(id, { metadata: { changed: "yes" } });
    expect(await keysOf(stripe, customer)).toEqual(["sso"]);
    await clock.advanceTo(new Date(Date.UTC(2027, 1, 1, 1)));
    expect(await keysOf(stripe, customer)).toEqual(["audit"]);
  });

  it("stay with a subscription that is past due, and go when it is given up", async ({ stripe }) => {
    const start = Date.UTC(2027, 0, 1);
    const clock = await startClock(stripe, new Date(start));
    const { id: customer } = await cardholder(stripe, "pm_card_visa", clock.id);
    const price = await priceWith(stripe, await feature(stripe, "sso"));
    await stripe.subscriptions.create({ customer, items: [{ price: price.id }] });
    const bad = await stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer });
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: bad.id } });
    await clock.advanceTo(new Date(start + 32 * DAY));
    const [late] = (await stripe.subscriptions.list({ customer, status: "all" })).data;
    expect([late?.status, await keysOf(stripe, customer)]).toEqual(["past_due", ["sso"]]);
    await clock.advanceTo(new Date(start + 60 * DAY));
    const [ended] = (await stripe.subscriptions.list({ customer, status: "all" })).data;
    expect([ended?.status, await keysOf(stripe, customer)]).toEqual(["canceled", []]);
  });
});

describe("the summary of a customer's entitlements", () => {
  it("is told whenever it changes, with what it was before", async ({ stripe }) => {
    const price = await priceWith(stripe, await feature(stripe, "sso"));
    const { id: customer } = await stripe.customers.create({});
    const { id } = await stripe.subscriptions.create({ customer, items: [{ price: price.id }] });
    await stripe.subscriptions.update(id, { metadata: { nothing: "changes" } });
    const [held] = (await stripe.entitlements.activeEntitlements.list({ customer })).data;
    await stripe.subscriptions.cancel(id);
    const [ended, began] = await summaries(stripe);
    expect(await summaries(stripe)).toHaveLength(2);
    expect(began?.data).toEqual({
      object: {
        object: "entitlements.active_entitlement_summary",
        customer,
        entitlements: {
          object: "list",
          data: [held],
          has_more: false,
          url: `/v1/customer/${customer}/entitlements`,
        },
        livemode: false,
      },
      previous_attributes: { entitlements: { data: [] } },
    });
    expect(ended?.data).toMatchObject({
      object: { entitlements: { data: [] } },
      previous_attributes: { entitlements: { data: [held] } },
    });
  });

  it("is not told where no product has features, nor for a preview", async ({ stripe }) => {
    const plain = await subscribe(stripe);
    const price = await priceWith(stripe, await feature(stripe, "sso"));
    await stripe.invoices.createPreview({
      customer: idOf(plain.customer),
      subscription_details: { items: [{ price: price.id }] },
    });
    expect(await summaries(stripe)).toEqual([]);
    expect(await keysOf(stripe, idOf(plain.customer))).toEqual([]);
  });
});
