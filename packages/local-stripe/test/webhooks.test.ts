import Stripe from "stripe";
import { describe, expect, onTestFinished } from "vitest";
import { it } from "./support/it.js";
import { client, refusal, startLocal, subscribe } from "./support/local.js";
import { receiver } from "./support/receiver.js";

it("delivers what the SDK's own verifier accepts, and only with the endpoint's secret", async ({
  local,
  stripe,
}) => {
  const { url, received } = await receiver();
  const endpoint = await stripe.webhookEndpoints.create({ url, enabled_events: ["customer.created"] });
  const customer = await stripe.customers.create({ name: "Ada" });
  await stripe.products.create({ name: "Gold" });
  await local.settled();

  const [delivery, ...others] = received;
  expect(others).toEqual([]);
  const { body, signature } = delivery ?? { body: "", signature: "" };
  const event = stripe.webhooks.constructEvent(body, signature, String(endpoint.secret));
  expect(event).toMatchObject({
    type: "customer.created",
    livemode: false,
    pending_webhooks: 1,
    data: { object: { id: customer.id } },
    request: { id: customer.lastResponse.requestId },
  });
  expect(() => stripe.webhooks.constructEvent(body, signature, "whsec_other")).toThrow(
    Stripe.errors.StripeSignatureVerificationError,
  );
  expect((await stripe.events.retrieve(event.id)).pending_webhooks).toBe(0);
});

it("shows the secret of an endpoint only when it is made", async ({ stripe }) => {
  const endpoint = await stripe.webhookEndpoints.create({
    url: "http://127.0.0.1:1/",
    enabled_events: ["*"],
  });
  expect(endpoint.secret).toMatch(/^whsec_[A-Za-z0-9]{32}$/);
  expect(await stripe.webhookEndpoints.retrieve(endpoint.id)).not.toHaveProperty("secret");
  expect((await stripe.webhookEndpoints.list()).data[0]).not.toHaveProperty("secret");
  expect(await stripe.webhookEndpoints.update(endpoint.id, { disabled: true })).toMatchObject({
    status: "disabled",
  });
});

it("comes again, signed anew, until the endpoint answers with a 2xx", async () => {
  const { local, stripe } = await startLocal({ webhookRetryDelaysMs: [5, 5, 5] });
  const { url, received } = await receiver([500, 302, 200]);
  await stripe.webhookEndpoints.create({ url, enabled_events: ["customer.created"] });
  await stripe.customers.create({});
  await local.settled();
  expect(local.deliveries.map(({ attempt, status }) => [attempt, status])).toEqual([
    [1, 500],
    [2, 302],
    [3, 200],
  ]);
  expect(new Set(received.map(({ body }) => (JSON.parse(body) as { id: string }).id)).size).toBe(1);
});

it("comes again by the server's time, each attempt at its own", async () => {
  const { local, stripe } = await startLocal({ webhookRetryDelaysMs: [3_600_000, 7_200_000, 86_400_000] });
  const { url } = await receiver([500, 500, 500]);
  await stripe.webhookEndpoints.create({ url, enabled_events: ["customer.created"] });
  await stripe.customers.create({});
  const attempts = async (count: number) =>
    expect.poll(() => local.deliveries.length, { timeout: 20_000 }).toBe(count);
  await attempts(1);
  local.advanceBy(3_599_000);
  local.advanceBy(1_000);
  await attempts(2);
  // Two at once: they were due one after the other.
  local.advanceBy(7_200_000 + 86_400_000);
  await local.settled();
  expect(local.deliveries.map(({ attempt, status }) => [attempt, status])).toEqual([
    [1, 500],
    [2, 500],
    [3, 500],
    [4, 200],
  ]);
});

it("answers the API while an endpoint does not", async () => {
  const { local, stripe } = await startLocal({ webhookRetryDelaysMs: [] });
  await stripe.webhookEndpoints.create({ url: "http://127.0.0.1:1/", enabled_events: ["*"] });
  await stripe.customers.create({});
  await local.settled();
  expect(local.deliveries.map(({ status }) => status)).toEqual([null]);
});

it("tells of a change together with what was there before", async ({ local, stripe }) => {
  const { url, received } = await receiver();
  await stripe.webhookEndpoints.create({ url, enabled_events: ["customer.subscription.updated"] });
  const { id, items } = await subscribe(stripe);
  await stripe.subscriptions.update(id, { cancel_at_period_end: true, metadata: { a: "1" } });
  await stripe.subscriptions.update(id, { metadata: { a: "1" } });
  await local.settled();
  expect(received.map(({ body }) => (JSON.parse(body) as Stripe.Event).data)).toEqual([
    {
      object: expect.objectContaining({ id, cancel_at: items.data[0]?.current_period_end }),
      previous_attributes: {
        cancel_at: null,
        cancel_at_period_end: false,
        canceled_at: null,
        cancellation_details: { reason: null },
        metadata: { a: null },
      },
    },
  ]);
});

it("tells the platform's Connect endpoints of connected accounts, and names the account", async () => {
  const { local, stripe } = await startLocal({ accounts: ["acct_one"] });
  const own = await receiver();
  const connect = await receiver();
  await stripe.webhookEndpoints.create({ url: own.url, enabled_events: ["*"] });
  await stripe.webhookEndpoints.create({ url: connect.url, enabled_events: ["*"], connect: true });
  await stripe.customers.create({}, { stripeAccount: "acct_one" });
  await local.settled();
  expect(own.received).toEqual([]);
  expect(connect.received.map(({ body }) => JSON.parse(body) as Stripe.Event)).toEqual([
    expect.objectContaining({ type: "customer.created", account: "acct_one" }),
  ]);
});

it("tells a live Connect endpoint of both modes, and a test one of test mode alone", async () => {
  const { local, stripe } = await startLocal({ accounts: ["acct_one"] });
  const live = client(local, local.liveSecretKey);
  const ofTest = await receiver();
  const ofLive = await receiver();
  const connect = { enabled_events: ["customer.created" as const], connect: true };
  await stripe.webhookEndpoints.create({ ...connect, url: ofTest.url });
  await live.webhookEndpoints.create({ ...connect, url: ofLive.url });
  await stripe.customers.create({}, { stripeAccount: "acct_one" });
  await live.customers.create({}, { stripeAccount: "acct_one" });
  await local.settled();
  expect(ofTest.events().map(({ livemode }) => livemode)).toEqual([false]);
  expect(new Set(ofLive.events().map(({ livemode }) => livemode))).toEqual(new Set([false, true]));
});

it("lists the events of its own mode, newest first, by type", async ({ local, stripe }) => {
  const live = client(local, local.liveSecretKey);
  const customer = await stripe.customers.create({});
  await stripe.customers.update(customer.id, { name: "Ada" });
  await live.customers.create({});
  const events = await stripe.events.list({ type: "customer.*" });
  expect(events.data.map((event) => event.type)).toEqual(["customer.updated", "customer.created"]);
  const [created] = (await live.events.list()).data;
  expect(created).toMatchObject({ livemode: true });
  expect((await refusal(stripe.events.retrieve(String(created?.id)))).message).toContain(
    "a similar object exists in live mode, but a test mode key was used to make this request.",
  );
});

describe("on demand", () => {
  it("a delivery is lost, doubled or late", async ({ local, stripe }) => {
    const { url, received } = await receiver();
    await stripe.webhookEndpoints.create({ url, enabled_events: ["*"] });
    local.webhooks.add({ kind: "loss", type: "customer.created" });
    local.webhooks.add({ kind: "duplicate", type: "product.created", copies: 3 });
    local.webhooks.add({ kind: "delay", type: "product.updated", milliseconds: 1000 });
    await stripe.customers.create({});
    const { id } = await stripe.products.create({ name: "Gold" });
    await stripe.products.update(id, { name: "Silver" });
    await stripe.products.del(id);
    await local.settled();
    const types = received.map(({ body }) => (JSON.parse(body) as Stripe.Event).type);
    expect(types.filter((type) => type === "product.created")).toHaveLength(3);
    expect(types.at(-1)).toBe("product.updated");
    expect(types).not.toContain("customer.created");
    expect((await stripe.events.list({ delivery_success: false })).data.map(({ type }) => type)).toEqual([
      "customer.created",
    ]);
  });

  it("a plan is given up before it took effect", async ({ local, stripe }) => {
    const { url, received } = await receiver();
    await stripe.webhookEndpoints.create({ url, enabled_events: ["*"] });
    const giveUp = local.webhooks.add({ kind: "loss", times: 9 });
    await stripe.customers.create({});
    giveUp();
    await stripe.products.create({ name: "Gold" });
    await local.settled();
    expect(received.map(({ body }) => (JSON.parse(body) as Stripe.Event).type)).toEqual(["product.created"]);
  });

  it("deliveries are held back and come in the other order", async ({ local, stripe }) => {
    const { url, received } = await receiver();
    await stripe.webhookEndpoints.create({ url, enabled_events: ["*"] });
    local.webhooks.hold();
    const { id } = await stripe.customers.create({});
    await stripe.customers.update(id, { name: "Ada" });
    await local.settled();
    expect(received).toEqual([]);
    await local.webhooks.release("reversed");
    expect(received.map(({ body }) => (JSON.parse(body) as Stripe.Event).type)).toEqual([
      "customer.updated",
      "customer.created",
    ]);
  });

  it("a secret is rolled, and the old one still counts for a while", async ({ local, stripe }) => {
    const { url, received } = await receiver();
    const { id, secret } = await stripe.webhookEndpoints.create({
      url,
      enabled_events: ["customer.created"],
    });
    const next = local.webhooks.rollSecret(id, { overlapMs: 60_000 });
    const verifies = async (key: string | undefined) => {
      await stripe.customers.create({});
      await local.settled();
      const { body, signature } = received.at(-1) ?? { body: "", signature: "" };
      try {
        return stripe.webhooks.constructEvent(body, signature, String(key)).type === "customer.created";
      } catch {
        return false;
      }
    };
    expect(await verifies(next)).toBe(true);
    expect(await verifies(secret)).toBe(true);
    local.advanceBy(61_000);
    expect(await verifies(secret)).toBe(false);
    expect(await verifies(next)).toBe(true);
  });
});

it("lets any number of deliveries wait without a warning of the runtime", async () => {
  const { local, stripe } = await startLocal({ webhookRetryDelaysMs: [3_600_000] });
  const warnings: Error[] = [];
  const listen = (warning: Error): number => warnings.push(warning);
  process.on("warning", listen);
  onTestFinished(() => void process.off("warning", listen));
  await stripe.webhookEndpoints.create({ url: "http://127.0.0.1:9/", enabled_events: ["customer.created"] });
  for (let count = 0; count < 30; count += 1) await stripe.customers.create();
  await expect.poll(() => local.deliveries.length).toBeGreaterThanOrEqual(30);
  // A warning is sent in a turn of its own.
  await new Promise((resolve) => setImmediate(resolve));
  expect(warnings).toEqual([]);
});
