import { describe, expect } from "vitest";
import { it } from "./support/it.js";
import { client, idOf, refusal, subscribe } from "./support/local.js";
import { receiver } from "./support/receiver.js";

const OLD = { apiVersion: "2025-02-24.acacia" };
const NEW = { apiVersion: "2025-03-31.basil" };

describe("a version from before 2025-03-31", () => {
  it("has the period on the subscription and not on its items, wherever the subscription stands", async ({
    stripe,
  }) => {
    const { id, customer, items } = await subscribe(stripe);
    const [item] = items.data;
    const older = {
      current_period_start: item?.current_period_start,
      current_period_end: item?.current_period_end,
      discount: null,
    };
    const read = await stripe.subscriptions.retrieve(id, {}, OLD);
    expect(read).toMatchObject(older);
    expect(read.items.data[0]).not.toHaveProperty("current_period_end");
    const inside = await stripe.customers.retrieve(idOf(customer), { expand: ["subscriptions"] }, OLD);
    expect(inside).toMatchObject({ subscriptions: { data: [older] } });
    expect((await stripe.subscriptions.list({}, OLD)).data[0]).toMatchObject(older);
    const newer = await stripe.subscriptions.retrieve(id, {}, NEW);
    expect(newer).not.toHaveProperty("current_period_end");
    expect(newer.items.data[0]).toMatchObject({ current_period_end: item?.current_period_end });
  });

  it("tells of a moved period on the subscription too", async ({ local, stripe }) => {
    const older = await receiver();
    const newer = await receiver();
    await stripe.webhookEndpoints.create({
      url: older.url,
      enabled_events: ["customer.subscription.updated"],
      api_version: "2025-02-24.acacia",
    });
    await stripe.webhookEndpoints.create({
      url: newer.url,
      enabled_events: ["customer.subscription.updated"],
    });
    const { items } = await subscribe(stripe);
    const [item] = items.data;
    local.advanceBy(32 * 24 * 3600 * 1000);
    await local.settled();
    const [old] = older.events();
    expect(old).toMatchObject({
      api_version: "2025-02-24.acacia",
      data: {
        object: { current_period_start: item?.current_period_end },
        previous_attributes: {
          current_period_end: item?.current_period_end,
          current_period_start: item?.current_period_start,
        },
      },
    });
    expect(newer.events()[0]?.data.previous_attributes).not.toHaveProperty("current_period_end");
  });

  it("has the subscription on the invoice, and the price on its lines", async ({ stripe }) => {
    const { id, latest_invoice, items } = await subscribe(stripe);
    const older = await stripe.invoices.retrieve(idOf(latest_invoice), {}, OLD);
    expect(older).toMatchObject({ subscription: id, paid: true });
    expect(older).not.toHaveProperty("parent");
    expect(older.lines.data[0]).toMatchObject({
      type: "subscription",
      proration: false,
      price: { id: items.data[0]?.price.id },
      subscription_item: items.data[0]?.id,
    });
    expect(await stripe.invoices.retrieve(idOf(latest_invoice), {}, NEW)).toMatchObject({
      parent: { subscription_details: { subscription: id } },
    });
  });
});

describe("a restricted key", () => {
  it("does what it may and is told what it may not by name", async ({ local, stripe }) => {
    const { id } = await stripe.customers.create({});
    const key = local.createRestrictedKey(["customer_write", "plan_read"]);
    expect(key).toMatch(/^rk_test_/);
    const restricted = client(local, key);
    await restricted.customers.update(id, { name: "Ada" });
    await restricted.customers.retrieve(id);
    await restricted.prices.list();
    const error = await refusal(restricted.subscriptions.list());
    expect(error).toMatchObject({ statusCode: 403, type: "StripePermissionError" });
    expect(error.message).toContain("Having the 'rak_subscription_read' permission");
    expect(error.message).not.toContain(key);
    expect((await refusal(restricted.prices.create({ currency: "usd" }))).message).toContain(
      "rak_plan_write",
    );
  });
});
