import type Stripe from "stripe";
import { describe, expect } from "vitest";
import { it } from "./support/it.js";
import { ask, idOf, monthly, refusal, startLocal, subscribe } from "./support/local.js";

describe("a new subscription", () => {
  it("is active, bills from now, and keeps its period on its items", async () => {
    const { stripe } = await startLocal({ clock: () => Date.UTC(2027, 0, 31, 12) });
    const subscription = await subscribe(stripe);
    expect(subscription).toMatchObject({
      status: "active",
      cancel_at: null,
      cancel_at_period_end: false,
      billing_mode: { type: "flexible" },
      currency: "usd",
    });
    expect(subscription).not.toHaveProperty("current_period_end");
    const [item] = subscription.items.data;
    expect(item?.current_period_start).toBe(Date.UTC(2027, 0, 31, 12) / 1000);
    expect(item?.current_period_end).toBe(Date.UTC(2027, 1, 28, 12) / 1000);
  });

  it("is trialing until its trial ends", async ({ stripe }) => {
    const { id: customer } = await stripe.customers.create({});
    const price = await monthly(stripe);
    const subscription = await stripe.subscriptions.create({
      customer,
      items: [{ price: price.id }],
      trial_period_days: 14,
    });
    expect(subscription.status).toBe("trialing");
    expect(subscription.trial_end).toBe(subscription.created + 14 * 24 * 3600);
    expect(subscription.items.data[0]?.current_period_end).toBe(subscription.trial_end);
    const ended = await stripe.subscriptions.update(subscription.id, { trial_end: "now" });
    expect(ended.status).toBe("active");
  });

  it("is in classic mode for a version from before flexible billing", async ({ stripe }) => {
    const { id: customer } = await stripe.customers.create({});
    const price = await monthly(stripe);
    const subscription = await stripe.subscriptions.create(
      { customer, items: [{ price: price.id }] },
      { apiVersion: "2025-08-27.basil" },
    );
    expect(subscription.billing_mode.type).toBe("classic");
  });

  it("refuses archived, one-time and repeated prices and prices of another currency", async ({ stripe }) => {
    const { id: customer } = await stripe.customers.create({});
    const price = await monthly(stripe);
    const archived = await monthly(stripe, 1);
    await stripe.prices.update(archived.id, { active: false });
    const once = await stripe.prices.create({
      product: idOf(price.product),
      currency: "usd",
      unit_amount: 5,
    });
    const euros = await stripe.prices.create({
      product: idOf(price.product),
      currency: "eur",
      unit_amount: 5,
      recurring: { interval: "month" },
    });
    const create = (...prices: string[]) =>
      refusal(stripe.subscriptions.create({ customer, items: prices.map((one) => ({ price: one })) }));
    expect((await create(archived.id)).message).toContain("inactive");
    expect((await create(once.id)).message).toContain("type=one_time");
    expect((await create(price.id, price.id)).message).toContain("same plan");
    expect((await create(price.id, euros.id)).message).toContain("expected currency: `usd`");
    expect(await create("price_missing")).toMatchObject({
      code: "resource_missing",
      param: "items[0][price]",
      statusCode: 400,
      message: "No such price: 'price_missing'",
    });
    expect((await stripe.subscriptions.list({ status: "all" })).data).toEqual([]);
  });
});

describe("the items of a subscription", () => {
  it("are added without an id, changed with one, and taken away when deleted", async ({ stripe }) => {
    const subscription = await subscribe(stripe);
    const [item] = subscription.items.data;
    const extra = await monthly(stripe, 500, "Extra");
    const both = await stripe.subscriptions.update(subscription.id, {
      items: [{ price: extra.id, quantity: 3 }],
    });
    expect(both.items.data.map((one) => [one.price.id, one.quantity])).toEqual([
      [item?.price.id, 1],
      [extra.id, 3],
    ]);
    const one = await stripe.subscriptions.update(subscription.id, {
      items: [{ id: String(item?.id), deleted: true }],
    });
    expect(one.items.data.map((left) => left.price.id)).toEqual([extra.id]);
    const last = await refusal(
      stripe.subscriptions.update(subscription.id, {
        items: [{ id: String(one.items.data[0]?.id), deleted: true }],
      }),
    );
    expect(last.message).toContain("at least one");
  });

  it("keep the currency the subscription began in, also when all of them change", async ({ stripe }) => {
    const subscription = await subscribe(stripe);
    const id = String(subscription.items.data[0]?.id);
    const { product } = await monthly(stripe);
    const recurring = { interval: "month" } as const;
    const euros = await stripe.prices.create({
      product: idOf(product),
      currency: "eur",
      unit_amount: 5,
      recurring,
    });
    const yen = { product: idOf(product), currency: "jpy", unit_amount: 5, recurring };
    for (const items of [
      [{ id, price: euros.id }],
      [{ id, price_data: yen }],
      [{ id, deleted: true }, { price: euros.id }],
    ]) {
      const { message } = await refusal(stripe.subscriptions.update(subscription.id, { items }));
      expect(message).toContain("expected currency: `usd`");
    }
  });

  it("fall back to a quantity of one when their price changes", async ({ stripe }) => {
    const subscription = await subscribe(stripe);
    const id = String(subscription.items.data[0]?.id);
    await stripe.subscriptions.update(subscription.id, { items: [{ id, quantity: 5 }] });
    const other = await monthly(stripe, 100);
    const changed = await stripe.subscriptions.update(subscription.id, { items: [{ id, price: other.id }] });
    expect(changed.items.data[0]).toMatchObject({ id, quantity: 1 });
  });

  it("begin a new period when the interval changes, and keep it when only the amount does", async ({
    local,
    stripe,
  }) => {
    const subscription = await subscribe(stripe);
    const [item] = subscription.items.data;
    const id = String(item?.id);
    local.advanceBy(3 * 24 * 3600 * 1000);
    const other = await monthly(stripe, 100);
    const same = await stripe.subscriptions.update(subscription.id, { items: [{ id, price: other.id }] });
    expect(same.items.data[0]?.current_period_end).toBe(item?.current_period_end);
    const yearly = await stripe.prices.create({
      product: idOf(other.product),
      currency: "usd",
      unit_amount: 1000,
      recurring: { interval: "year" },
    });
    const moved = await stripe.subscriptions.update(subscription.id, { items: [{ id, price: yearly.id }] });
    expect(moved.items.data[0]?.current_period_start).toBeGreaterThan(Number(item?.current_period_start));
  });
});

describe("ending a subscription", () => {
  it("at the end of the period fills the date, and the flag takes it back", async ({ stripe }) => {
    const { id, items } = await subscribe(stripe);
    const ending = await stripe.subscriptions.update(id, {
      cancel_at_period_end: true,
      cancellation_details: { feedback: "too_expensive", comment: "sorry" },
    });
    expect(ending).toMatchObject({
      status: "active",
      cancel_at_period_end: true,
      cancel_at: items.data[0]?.current_period_end,
      cancellation_details: { reason: "cancellation_requested", feedback: "too_expensive", comment: "sorry" },
    });
    expect(ending.canceled_at).not.toBeNull();
    const kept = await stripe.subscriptions.update(id, { cancel_at_period_end: false });
    expect(kept).toMatchObject({ cancel_at_period_end: false, cancel_at: null, canceled_at: null });
  });

  it("at a date is taken back by an empty date and not by the flag", async ({ stripe }) => {
    const { id, items } = await subscribe(stripe);
    const end = items.data[0]?.current_period_end;
    const ending = await stripe.subscriptions.update(id, { cancel_at: "max_period_end" });
    expect(ending).toMatchObject({ cancel_at: end, cancel_at_period_end: false });
    expect((await stripe.subscriptions.update(id, { cancel_at_period_end: false })).cancel_at).toBe(end);
    expect((await stripe.subscriptions.update(id, { cancel_at: "" })).cancel_at).toBeNull();
  });

  it("by the periods of its items: the flag means the first that is over, and a name a date that stays", async ({
    stripe,
  }) => {
    const month = await monthly(stripe);
    const year = await stripe.prices.create({
      product: idOf(month.product),
      currency: "usd",
      unit_amount: 9000,
      recurring: { interval: "year" },
    });
    const { id: customer } = await stripe.customers.create({});
    const { id, items } = await stripe.subscriptions.create({
      customer,
      items: [{ price: month.id }, { price: year.id }],
    });
    const [first, last] = items.data.map((item) => item.current_period_end).toSorted((a, b) => a - b);
    const endOf = async (params: Stripe.SubscriptionUpdateParams) => {
      const { cancel_at, cancel_at_period_end } = await stripe.subscriptions.update(id, params);
      return { cancel_at, cancel_at_period_end };
    };
    expect(await endOf({ cancel_at_period_end: true })).toEqual({
      cancel_at: first,
      cancel_at_period_end: true,
    });
    const date = { cancel_at_period_end: false };
    expect(await endOf({ cancel_at: "min_period_end" })).toEqual({ ...date, cancel_at: first });
    for (const name of ["max_period_end", "max_billed_until"] as const) {
      expect(await endOf({ cancel_at: name })).toEqual({ ...date, cancel_at: last });
    }
    expect(await endOf({ cancel_at: Number(first) + 1 })).toEqual({ ...date, cancel_at: Number(first) + 1 });
  });

  it("moves with the period by the flag, and stays where it is by a date", async ({ stripe }) => {
    const { id } = await subscribe(stripe);
    const moved = async (params: Stripe.SubscriptionUpdateParams) => {
      const { cancel_at: before } = await stripe.subscriptions.update(id, params);
      const after = await stripe.subscriptions.update(id, {
        trial_end: Number(before) + 24 * 3600,
        proration_behavior: "none",
      });
      return Number(after.cancel_at) - Number(before);
    };
    expect(await moved({ cancel_at_period_end: true })).toBe(24 * 3600);
    expect(await moved({ cancel_at: "max_period_end" })).toBe(0);
  });

  it("takes the date and the flag only one at a time, and no date of the past", async ({ stripe }) => {
    const { id } = await subscribe(stripe);
    const both = await refusal(
      stripe.subscriptions.update(id, { cancel_at: "max_period_end", cancel_at_period_end: true }),
    );
    expect(both).toMatchObject({ statusCode: 400, code: "parameters_exclusive" });
    expect((await refusal(stripe.subscriptions.update(id, { cancel_at: 1 }))).param).toBe("cancel_at");
  });

  it("now is final: only metadata and the details change afterwards", async ({ stripe }) => {
    const { id } = await subscribe(stripe);
    const canceled = await stripe.subscriptions.cancel(id, { cancellation_details: { comment: "bye" } });
    expect(canceled).toMatchObject({ status: "canceled", cancellation_details: { comment: "bye" } });
    expect(canceled.ended_at).not.toBeNull();
    expect(await refusal(stripe.subscriptions.cancel(id))).toMatchObject({
      statusCode: 404,
      code: "resource_missing",
      message: `No such subscription: '${id}'`,
    });
    expect((await refusal(stripe.subscriptions.update(id, { cancel_at_period_end: false }))).code).toBe(
      "invalid_canceled_subscription_fields",
    );
    expect((await stripe.subscriptions.update(id, { metadata: { a: "1" } })).metadata).toEqual({ a: "1" });
  });

  it("happens to every subscription of a customer who is deleted", async ({ stripe }) => {
    const { id, customer } = await subscribe(stripe);
    await stripe.customers.del(idOf(customer));
    expect((await stripe.subscriptions.retrieve(id)).status).toBe("canceled");
    expect(await stripe.customers.retrieve(idOf(customer))).toEqual(
      expect.objectContaining({ id: customer, object: "customer", deleted: true }),
    );
    const types = (await stripe.events.list({ types: ["customer.deleted", "customer.subscription.deleted"] }))
      .data;
    expect(types.map((event) => event.type).sort()).toEqual([
      "customer.deleted",
      "customer.subscription.deleted",
    ]);
  });
});

describe("listing subscriptions", () => {
  it("leaves out those that ended unless their status is asked for", async ({ stripe }) => {
    const first = await subscribe(stripe);
    const second = await subscribe(stripe);
    await stripe.subscriptions.cancel(second.id);
    const ids = async (params: Parameters<typeof stripe.subscriptions.list>[0]) =>
      (await stripe.subscriptions.list(params)).data.map((one) => one.id);
    expect(await ids({})).toEqual([first.id]);
    expect(await ids({ status: "all" })).toEqual([second.id, first.id]);
    expect(await ids({ status: "ended" })).toEqual([second.id]);
    expect(await ids({ status: "canceled", customer: idOf(second.customer) })).toEqual([second.id]);
    expect(await ids({ customer: idOf(first.customer) })).toEqual([first.id]);
    expect(await ids({ price: String(first.items.data[0]?.price.id), status: "all" })).toEqual([first.id]);
  });

  it("searches by status and metadata but never by customer", async ({ stripe }) => {
    const one = await subscribe(stripe);
    await stripe.subscriptions.update(one.id, { metadata: { plan: "Gold" } });
    const found = await stripe.subscriptions.search({ query: 'status:"active" AND metadata["plan"]:"gold"' });
    expect(found.data.map((hit) => hit.id)).toEqual([one.id]);
    const error = await refusal(stripe.subscriptions.search({ query: `customer:"${idOf(one.customer)}"` }));
    expect(error.message).toContain("not supported");
  });
});

it("refuses the parameters it has not learnt instead of passing them over", async ({ local, stripe }) => {
  const { id } = await subscribe(stripe);
  const answer = await ask(local, "POST", `/v1/subscriptions/${id}`, {
    body: "transfer_data[destination]=acct_1",
  });
  expect(answer.status).toBe(501);
  expect(answer.body).toMatchObject({
    error: {
      type: "api_error",
      message: "local-stripe does not know the parameter transfer_data of POST /v1/subscriptions/:id.",
    },
  });
});
