import { setTimeout as wait } from "node:timers/promises";
import type Stripe from "stripe";
import { describe, expect } from "vitest";
import { it } from "../support/it.js";
import { ask, cardholder, client, idOf, monthly, refusal, startLocal, subscribe } from "../support/local.js";
import { receiver } from "../support/receiver.js";

const INCLUDE: Stripe.V2.Core.EventDestinationCreateParams.Include[] = [
  "webhook_endpoint.signing_secret",
  "webhook_endpoint.url",
];

describe("an event destination of thin events", () => {
  it("receives a notification that the SDK verifies, with the object and the snapshot event to fetch", async ({
    local,
    stripe,
  }) => {
    const { received, secret } = await destination(stripe, ["v1.customer.created"]);
    const customer = await stripe.customers.create({ name: "Ada" }, { idempotencyKey: "once" });
    await stripe.products.create({ name: "Gold" });
    await local.settled();

    expect(received).toHaveLength(1);
    const { body, signature } = received[0] ?? { body: "", signature: "" };
    const notification = stripe.parseEventNotification(body, signature, secret);
    const [snapshot] = (await stripe.events.list({ type: "customer.created" })).data;
    expect(JSON.parse(body)).toEqual({
      id: expect.stringMatching(/^evt_test_/),
      object: "v2.core.event",
      type: "v1.customer.created",
      created: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      livemode: false,
      snapshot_event: snapshot?.id,
      related_object: { id: customer.id, type: "customer", url: `/v1/customers/${customer.id}` },
      reason: {
        type: "request",
        request: { id: customer.lastResponse.requestId, idempotency_key: "once" },
      },
    });
    if (notification.type !== "v1.customer.created") throw new Error("another type was delivered");
    expect(await notification.fetchRelatedObject()).toMatchObject({ id: customer.id, name: "Ada" });
    expect(await notification.fetchEvent()).toMatchObject({
      id: notification.id,
      snapshot_event: snapshot?.id,
    });
    expect(() => stripe.parseEventNotification(body, signature, "whsec_other")).toThrow();
  });

  it("is told what an update changed, before and after", async ({ local, stripe }) => {
    const { received } = await destination(stripe, ["v1.customer.updated"]);
    const { id } = await stripe.customers.create({ name: "Ada", address: { city: "London", country: "GB" } });
    await stripe.customers.update(id, { name: "", address: { city: "Paris", country: "GB" } });
    await local.settled();
    expect(received.map(({ body }) => JSON.parse(body).changes)).toEqual([
      {
        before: { address: { city: "London" }, name: "Ada" },
        after: { address: { city: "Paris" }, name: null },
      },
    ]);
  });

  it("tries again until it is answered", async () => {
    const { local, stripe } = await startLocal({ webhookRetryDelaysMs: [1] });
    const { received } = await destination(stripe, ["*"], [500, 200]);
    await stripe.customers.create({});
    await local.settled();
    expect(received.map(({ body }) => JSON.parse(body).id)).toHaveLength(2);
    expect(new Set(received.map(({ body }) => body)).size).toBe(1);
    expect(local.deliveries.map(({ attempt, status }) => [attempt, status])).toEqual([
      [1, 500],
      [2, 200],
    ]);
  });

  it("hears of connected accounts where it asks for them, with the account as context", async () => {
    const { local, stripe } = await startLocal({ accounts: ["acct_1"] });
    const own = await destination(stripe, ["v1.customer.created"]);
    const others = await destination(stripe, ["v1.customer.created"], [], ["@accounts"]);
    const { id } = await stripe.customers.create({}, { stripeAccount: "acct_1" });
    await local.settled();
    expect(own.received).toEqual([]);
    const { body, signature } = others.received[0] ?? { body: "", signature: "" };
    const notification = stripe.parseEventNotification(body, signature, others.secret);
    expect(String(notification.context)).toBe("acct_1");
    if (notification.type !== "v1.customer.created") throw new Error("another type was delivered");
    expect((await notification.fetchRelatedObject()).id).toBe(id);
  });

  it("is signed for with both secrets after a roll", async ({ local, stripe }) => {
    const { received, secret, id } = await destination(stripe, ["v1.customer.created"]);
    const next = local.webhooks.rollSecret(id);
    await stripe.customers.create({});
    await local.settled();
    const { body, signature } = received[0] ?? { body: "", signature: "" };
    for (const one of [secret, next]) {
      expect(stripe.parseEventNotification(body, signature, one).type).toBe("v1.customer.created");
    }
  });

  it("receives a ping alone, also where it asks for other types", async ({ local, stripe }) => {
    const one = await destination(stripe, ["v1.customer.created"]);
    const other = await destination(stripe, ["*"]);
    const ping = await stripe.v2.core.eventDestinations.ping(one.id);
    await local.settled();
    expect(other.received).toEqual([]);
    expect(JSON.parse(one.received[0]?.body ?? "{}")).toMatchObject({
      id: ping.id,
      type: "v2.core.event_destination.ping",
      related_object: { id: one.id, type: "v2.core.event_destination" },
    });
  });

  it("receives what a test emits by hand", async ({ local, stripe }) => {
    const { received } = await destination(stripe, ["v2.core.account[requirements].updated"]);
    const related = { id: "acct_1", type: "v2.core.account", url: "/v2/core/accounts/acct_1" };
    const id = local.webhooks.emitThin("v2.core.account[requirements].updated", related);
    await local.settled();
    expect(JSON.parse(received[0]?.body ?? "{}")).toMatchObject({ id, related_object: related });
    expect((await stripe.v2.core.events.retrieve(id)).type).toBe("v2.core.account[requirements].updated");
  });

  it("receives nothing while it is disabled", async ({ local, stripe }) => {
    const { received, id } = await destination(stripe, ["*"]);
    expect(await stripe.v2.core.eventDestinations.disable(id)).toMatchObject({
      status: "disabled",
      status_details: { disabled: { reason: "user" } },
    });
    await stripe.customers.create({});
    await local.settled();
    expect(received).toEqual([]);
    expect((await stripe.v2.core.eventDestinations.enable(id)).status).toBe("enabled");
  });
});

describe("an event destination of snapshot events", () => {
  it("receives them as a webhook endpoint does, in its own version", async ({ local, stripe }) => {
    const { url, received } = await receiver();
    const made = await stripe.v2.core.eventDestinations.create({
      name: "old",
      type: "webhook_endpoint",
      event_payload: "snapshot",
      snapshot_api_version: "2024-06-20",
      enabled_events: ["customer.created"],
      webhook_endpoint: { url },
      include: INCLUDE,
    });
    await stripe.customers.create({});
    await local.settled();
    const { body, signature } = received[0] ?? { body: "", signature: "" };
    const secret = String(made.webhook_endpoint?.signing_secret);
    expect(stripe.webhooks.constructEvent(body, signature, secret)).toMatchObject({
      type: "customer.created",
      api_version: "2024-06-20",
    });
  });
});

describe("the event destinations of an account", () => {
  it("show their secret when they are made and asked for, and never again", async ({ stripe }) => {
    const { id } = await destination(stripe, ["*"]);
    const { eventDestinations } = stripe.v2.core;
    expect((await eventDestinations.retrieve(id)).webhook_endpoint).toEqual({});
    const shown = await eventDestinations.retrieve(id, { include: ["webhook_endpoint.url"] });
    const { data: listed } = await eventDestinations.list({ include: ["webhook_endpoint.url"] });
    expect(listed).toContainEqual(shown);
    expect(shown.webhook_endpoint).toEqual({ url: expect.stringMatching(/^http:/) });
    const error = await refusal(eventDestinations.retrieve(id, { include: [INCLUDE[0] ?? ""] }));
    expect(error.statusCode).toBe(400);
  });

  it("are changed, listed and deleted", async ({ stripe }) => {
    const { id } = await destination(stripe, ["*"]);
    const { eventDestinations } = stripe.v2.core;
    const changed = await eventDestinations.update(id, {
      name: "renamed",
      description: "all of it",
      enabled_events: ["v1.price.created"],
      metadata: { a: "b" },
    });
    expect(changed).toMatchObject({
      object: "v2.core.event_destination",
      name: "renamed",
      description: "all of it",
      enabled_events: ["v1.price.created"],
      metadata: { a: "b" },
      event_payload: "thin",
      type: "webhook_endpoint",
      livemode: false,
    });
    expect((await eventDestinations.list()).data).toMatchObject([{ id }]);
    expect(await eventDestinations.del(id)).toMatchObject({ id });
    expect((await refusal(eventDestinations.retrieve(id))).statusCode).toBe(404);
  });

  it.each([
    [{ event_payload: "thin", enabled_events: ["customer.created"] }, "not the name of a thin event"],
    [
      { event_payload: "snapshot", enabled_events: ["v1.customer.created"] },
      "not the name of a snapshot event",
    ],
    [{ event_payload: "thin", snapshot_api_version: "2024-06-20" }, "Thin events have no API version."],
    [{ type: "amazon_eventbridge" }, "Invalid type"],
    [{ webhook_endpoint: {} }, "Missing required param: webhook_endpoint[url]"],
    [{ nonsense: 1 }, "Received unknown parameter: nonsense"],
  ] as const)("refuse %j", async (wrong, message) => {
    const { local } = await startLocal();
    const answer = await ask(local, "POST", "/v2/core/event_destinations", {
      body: JSON.stringify({
        name: "x",
        type: "webhook_endpoint",
        event_payload: "thin",
        enabled_events: ["*"],
        webhook_endpoint: { url: "http://127.0.0.1:1/" },
        ...wrong,
      }),
    });
    expect(answer).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining(message) } },
    });
  });

  it.each([
    ["application/json", "{", "the body is not valid JSON"],
    ["application/json", "[]", "the body must be a JSON object"],
    ["application/x-www-form-urlencoded", "name=x", "must be application/json"],
  ])("refuse a body of %s that is %s", async (type, body, message) => {
    const { local } = await startLocal();
    const answer = await ask(local, "POST", "/v2/core/event_destinations", {
      headers: { "Content-Type": type },
      body,
    });
    expect(answer).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining(message) } },
    });
  });
});

describe("thin events", () => {
  it("are listed newest first, by type, object and time, page by page in both directions", async () => {
    const start = new Date("2026-01-01T00:00:00Z");
    const { local, stripe } = await startLocal({ clock: () => start.getTime() });
    const ada = await stripe.customers.create({});
    local.advanceBy(60_000);
    const grace = await stripe.customers.create({});
    await stripe.customers.update(grace.id, { name: "Grace" });
    const { events } = stripe.v2.core;
    const types = ["v1.customer.created"];
    const objects = async (params: Stripe.V2.Core.EventListParams): Promise<(string | undefined)[]> =>
      (await events.list(params)).data.map((event) => relatedId(event));
    expect(await objects({ types })).toEqual([grace.id, ada.id]);
    expect(await objects({ object_id: grace.id })).toEqual([grace.id, grace.id]);
    expect(await objects({ types, created: { lt: start.getTime() / 1000 + 30 } })).toEqual([ada.id]);
    const dated = await ask(local, "GET", "/v2/core/events?created[lt]=2026-01-01T00:00:30Z");
    expect(dated.body["data"]).toMatchObject([{ related_object: { id: ada.id } }]);

    const all: unknown[] = [];
    for await (const event of events.list({ limit: 1 })) all.push(event.type);
    expect(all).toEqual(["v1.customer.updated", "v1.customer.created", "v1.customer.created"]);
    const first = await events.list({ limit: 1 });
    expect(first.previous_page_url).toBeNull();
    const second = await ask(local, "GET", String(first.next_page_url));
    const back = await ask(local, "GET", String(second.body["previous_page_url"]));
    expect(back.body["data"]).toMatchObject([{ id: first.data[0]?.id }]);
    expect(back.body["previous_page_url"]).toBeNull();
    const vague = await ask(local, "GET", "/v2/core/events?created[lt]=yesterday");
    expect(vague).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining("Invalid date and time: 'yesterday'") } },
    });
    expect((await ask(local, "GET", "/v2/core/events?page=nonsense")).status).toBe(400);
  });

  it("are apart by mode", async ({ local, stripe }) => {
    const live = client(local, local.liveSecretKey);
    await live.customers.create({});
    expect((await stripe.v2.core.events.list()).data).toEqual([]);
    expect((await live.v2.core.events.list()).data).toMatchObject([{ livemode: true }]);
  });

  it("tell finer changes of a subscription, without a snapshot event", async ({ stripe }) => {
    const { id, items } = await subscribe(stripe);
    expect(await finer(stripe)).toEqual(["v1.customer.subscription.active"]);
    await stripe.subscriptions.update(id, { cancel_at_period_end: true });
    expect(await finer(stripe)).toEqual(["v1.customer.subscription.cancel_at_changed"]);
    const [item] = items.data;
    await stripe.subscriptions.update(id, { items: [{ id: String(item?.id), quantity: 3 }] });
    expect(await finer(stripe)).toEqual(["v1.customer.subscription.item_quantity_changed"]);
    const other = await monthly(stripe, 3000);
    await stripe.subscriptions.update(id, { items: [{ id: String(item?.id), price: other.id }] });
    expect(await finer(stripe)).toContain("v1.customer.subscription.item_price_changed");
    const extra = await monthly(stripe, 100);
    const added = await stripe.subscriptions.update(id, { items: [{ price: extra.id }] });
    expect(await finer(stripe)).toEqual(["v1.customer.subscription.item_added"]);
    await stripe.subscriptions.update(id, {
      items: [{ id: String(added.items.data[1]?.id), deleted: true }],
    });
    expect(await finer(stripe)).toEqual(["v1.customer.subscription.item_removed"]);
  });

  it("tell that a payment failed and access is at stake", async () => {
    const { stripe } = await startLocal({ clock: () => 1_767_225_600_000 });
    const clock = await stripe.testHelpers.testClocks.create({ frozen_time: 1_767_225_600 });
    const customer = await cardholder(stripe, "pm_card_visa", clock.id);
    const price = await monthly(stripe);
    await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    const bad = await stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer: customer.id });
    await stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: bad.id } });
    await finer(stripe);
    await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: 1_767_225_600 + 32 * 24 * 3600 });
    await expect.poll(() => finer(stripe)).toContain("v1.customer.subscription.past_due");
  });

  it("tell of entitlements that come and go", async ({ stripe }) => {
    const feature = await stripe.entitlements.features.create({ name: "API", lookup_key: "api" });
    const price = await monthly(stripe);
    await stripe.products.createFeature(idOf(price.product), { entitlement_feature: feature.id });
    const customer = await stripe.customers.create({});
    const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    const summary = "v1.entitlements.active_entitlement_summary";
    expect(await finer(stripe)).toContain(`${summary}.entitlement_added`);
    await stripe.subscriptions.cancel(id);
    expect(await finer(stripe)).toContain(`${summary}.entitlement_removed`);
  });

  it("tell what changed of prices and products", async ({ stripe }) => {
    const price = await monthly(stripe);
    await stripe.products.update(idOf(price.product), { default_price: price.id, active: false });
    expect(await finer(stripe)).toEqual(["v1.product.deactivated", "v1.product.default_price_changed"]);
    await stripe.products.update(idOf(price.product), { default_price: "" });
    await finer(stripe);
    await stripe.prices.update(price.id, { lookup_key: "gold", active: false });
    expect(await finer(stripe)).toEqual(["v1.price.deactivated", "v1.price.lookup_key_changed"]);
    await stripe.products.update(idOf(price.product), { active: true });
    expect(await finer(stripe)).toEqual(["v1.product.activated"]);
  });
});

/** A destination with a receiver behind it that answers with the given statuses, then with 200. */
async function destination(
  stripe: Stripe,
  types: string[],
  statuses: number[] = [],
  from: string[] = ["@self"],
): Promise<{ id: string; secret: string; received: Awaited<ReturnType<typeof receiver>>["received"] }> {
  const { url, received } = await receiver(statuses);
  const { id, webhook_endpoint: endpoint } = await stripe.v2.core.eventDestinations.create({
    name: "thin",
    type: "webhook_endpoint",
    event_payload: "thin",
    enabled_events: types,
    events_from: from,
    webhook_endpoint: { url },
    include: INCLUDE,
  });
  expect(endpoint?.url).toBe(url);
  return { id, secret: String(endpoint?.signing_secret), received };
}

const seen = new WeakMap<Stripe, Set<string>>();

/** The types that have no snapshot event, of the events since the last call. */
async function finer(stripe: Stripe): Promise<string[]> {
  const known = seen.get(stripe) ?? new Set();
  seen.set(stripe, known);
  await wait(0);
  const { data } = await stripe.v2.core.events.list({ limit: 100 });
  const fresh = data.filter(({ id }) => !known.has(id));
  for (const { id } of fresh) known.add(id);
  return fresh
    .filter((event) => event.snapshot_event === undefined)
    .map(({ type }) => type)
    .sort();
}

function relatedId(event: object): string | undefined {
  return "related_object" in event ? (event.related_object as { id: string } | null)?.id : undefined;
}
