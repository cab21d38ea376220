import type Stripe from "stripe";
import { describe, expect } from "vitest";
import { RESOURCES } from "../src/resources/all.js";
import { it } from "./support/it.js";
import { ask, client, idOf, monthly, refusal, startLocal, subscribe } from "./support/local.js";

/** Every call that there is, for objects that are not. */
const CALLS = Object.values(RESOURCES).flatMap(({ permission, routes }) =>
  routes.map(({ method, path }) => ({ method, path: path.replace(/:\w+/g, "none_1"), permission })),
);

describe("authentication", () => {
  it("takes the key as Bearer and as Basic", async ({ local }) => {
    const basic = `Basic ${Buffer.from(`${local.secretKey}:`).toString("base64")}`;
    expect((await ask(local, "GET", "/v1/customers")).status).toBe(200);
    expect((await ask(local, "GET", "/v1/customers", { headers: { Authorization: basic } })).status).toBe(
      200,
    );
  });

  it("refuses other keys without repeating them", async ({ local }) => {
    const error = await refusal(client(local, "sk_test_abcdefghijklmnop").customers.list());
    expect(error).toMatchObject({ type: "StripeAuthenticationError", statusCode: 401 });
    expect(error.message).toBe("Invalid API Key provided: sk_test_************mnop");
    const none = await ask(local, "GET", "/v1/customers", { headers: { Authorization: "" } });
    expect(none.body).toMatchObject({
      error: { message: expect.stringContaining("You did not provide an API key") },
    });
  });

  it("keeps live and test objects apart and says where the other is", async ({ local, stripe }) => {
    const { id } = await client(local, local.liveSecretKey).customers.create({});
    expect((await stripe.customers.list()).data).toEqual([]);
    expect((await refusal(stripe.customers.retrieve(id))).message).toBe(
      `No such customer: '${id}'; a similar object exists in live mode, but a test mode key was used to make this request.`,
    );
  });

  it("keeps connected accounts apart and does not know others", async () => {
    const { local, stripe } = await startLocal({ accounts: ["acct_one"] });
    const { id } = await stripe.customers.create({}, { stripeAccount: "acct_one" });
    expect((await refusal(stripe.customers.retrieve(id))).message).toBe(`No such customer: '${id}'`);
    expect((await stripe.customers.retrieve(id, {}, { stripeAccount: "acct_one" })).id).toBe(id);
    const account = await stripe.accounts.create({ type: "standard" });
    expect((await stripe.customers.list({}, { stripeAccount: account.id })).data).toEqual([]);
    expect(await refusal(stripe.customers.list({}, { stripeAccount: "acct_none" }))).toMatchObject({
      statusCode: 403,
      code: "account_invalid",
    });
    expect(local.requests.map((request) => request.account)).toContain("acct_one");
  });
});

describe("a restricted key", () => {
  it("is refused every call that it may not make, by the name of the permission that is missing", async ({
    local,
  }) => {
    const headers = { Authorization: `Bearer ${local.createRestrictedKey([])}` };
    for (const { method, path, permission } of CALLS) {
      const { status, body } = await ask(local, method, path, { headers });
      const missing = `rak_${permission}_${method === "GET" ? "read" : "write"}`;
      expect([method, path, status, body]).toEqual([
        method,
        path,
        403,
        { error: { type: "invalid_request_error", message: expect.stringContaining(`'${missing}'`) } },
      ]);
    }
  });

  it("is of one mode, as a secret key is", async ({ local, stripe }) => {
    const { id } = await stripe.customers.create({});
    const key = local.createRestrictedKey(["customer_write"], { livemode: true });
    expect(key).toMatch(/^rk_live_/);
    const live = client(local, key);
    expect(await live.customers.create({})).toMatchObject({ livemode: true });
    expect((await refusal(live.customers.retrieve(id))).message).toBe(
      `No such customer: '${id}'; a similar object exists in test mode, but a live mode key was used to make this request.`,
    );
  });
});

describe("idempotency keys", () => {
  it("give the first answer again, even after the object has changed", async ({ stripe }) => {
    const options = { idempotencyKey: "one" };
    const first = await stripe.customers.create({ name: "Ada" }, options);
    await stripe.customers.update(first.id, { name: "Eve" });
    const again = await stripe.customers.create({ name: "Ada" }, options);
    expect(again).toMatchObject({ id: first.id, name: "Ada" });
    expect(again.lastResponse.headers["idempotent-replayed"]).toBe("true");
    expect(again.lastResponse.headers["original-request"]).toBe(first.lastResponse.requestId);
    expect((await stripe.customers.list()).data).toHaveLength(1);
  });

  it("refuse other parameters and other endpoints", async ({ stripe }) => {
    await stripe.customers.create({ name: "Ada" }, { idempotencyKey: "one" });
    const params = await refusal(stripe.customers.create({ name: "Eve" }, { idempotencyKey: "one" }));
    expect(params).toMatchObject({ type: "StripeIdempotencyError", statusCode: 400 });
    const endpoint = await refusal(stripe.products.create({ name: "Ada" }, { idempotencyKey: "one" }));
    expect(endpoint.message).toContain("'/v1/products' vs '/v1/customers'");
  });

  it("stay free after a request that was refused, and are each account's own", async () => {
    const { stripe } = await startLocal({ accounts: ["acct_one"] });
    const options = { idempotencyKey: "one" };
    await refusal(stripe.subscriptions.create({ customer: "cus_none", items: [] }, options));
    const here = await stripe.customers.create({}, options);
    const there = await stripe.customers.create({}, { ...options, stripeAccount: "acct_one" });
    expect(there.id).not.toBe(here.id);
  });

  it("count for a day, for writes by POST alone, and for each mode by itself", async ({ local, stripe }) => {
    const options = { idempotencyKey: "one" };
    const first = await stripe.customers.create({}, options);
    const live = client(local, local.liveSecretKey);
    expect((await live.customers.create({}, options)).id).not.toBe(first.id);
    expect((await stripe.customers.retrieve(first.id, {}, options)).id).toBe(first.id);
    expect((await stripe.customers.del(first.id, {}, options)).deleted).toBe(true);
    expect((await stripe.customers.create({}, options)).id).toBe(first.id);
    local.advanceBy(24 * 3600 * 1000 + 1000);
    expect((await stripe.customers.create({}, options)).id).not.toBe(first.id);
  });

  it("are refused when they are too long", async ({ stripe }) => {
    const error = await refusal(stripe.customers.create({}, { idempotencyKey: "k".repeat(256) }));
    expect(error.message).toBe("Idempotency keys can be at most 255 characters long, yours has 256.");
  });
});

describe("expand", () => {
  it("replaces ids by objects on reads, writes and lists, as deep as four levels", async ({ stripe }) => {
    const { id } = await subscribe(stripe);
    const read = await stripe.subscriptions.retrieve(id, {
      expand: ["customer", "items.data.price.product"],
    });
    expect(read.customer).toMatchObject({ object: "customer", name: "Ada" });
    expect(read.items.data[0]?.price.product).toMatchObject({ object: "product", name: "Gold" });
    const list = await stripe.subscriptions.list({
      expand: ["data.customer.subscriptions", "data.latest_invoice.customer.subscriptions"],
    });
    expect(list.data[0]).toMatchObject({
      customer: { subscriptions: { data: [{ id }] } },
      latest_invoice: { customer: { subscriptions: { data: [{ id }] } } },
    });
  });

  it("does so on writes as well, when something is made, changed or ended", async ({ stripe }) => {
    const customer = await stripe.customers.create({ name: "Ada" });
    const { id: price } = await monthly(stripe);
    const expand = ["customer", "items.data.price.product", "latest_invoice.customer.subscriptions.data"];
    const isExpanded = ({ customer: owner, items, latest_invoice: invoice }: Stripe.Subscription): void => {
      expect(owner).toMatchObject({ object: "customer", name: "Ada" });
      expect(items.data[0]?.price.product).toMatchObject({ object: "product", name: "Gold" });
      expect(invoice).toMatchObject({ customer: { name: "Ada", subscriptions: { object: "list" } } });
    };
    const made = await stripe.subscriptions.create({ customer: customer.id, items: [{ price }], expand });
    isExpanded(made);
    isExpanded(await stripe.subscriptions.update(made.id, { metadata: { a: "1" }, expand }));
    isExpanded(await stripe.subscriptions.cancel(made.id, { expand }));
  });

  it("leaves no trace in what is written", async ({ stripe }) => {
    const { id } = await stripe.products.create({ name: "Gold", expand: ["default_price"] });
    expect(await stripe.products.retrieve(id)).not.toHaveProperty("expand");
  });

  it("shows a deleted object as deleted", async ({ stripe }) => {
    const { id, customer } = await subscribe(stripe);
    await stripe.customers.del(idOf(customer));
    const read = await stripe.subscriptions.retrieve(id, { expand: ["customer"] });
    expect(read.customer).toEqual({ id: customer, object: "customer", deleted: true });
  });

  it("refuses what cannot be expanded and more than four levels", async ({ stripe }) => {
    const { id } = await subscribe(stripe);
    const error = await refusal(stripe.subscriptions.retrieve(id, { expand: ["status"] }));
    expect(error).toMatchObject({ statusCode: 400, message: "This property cannot be expanded (status)." });
    const deep = await refusal(stripe.subscriptions.list({ expand: ["data.items.data.price.product"] }));
    expect(deep.message).toBe("You cannot expand more than 4 levels of a property.");
  });
});

describe("parameters", () => {
  it("are refused by name when Stripe has no such parameter", async ({ local }) => {
    const answer = await ask(local, "POST", "/v1/customers", { body: "name=a&foo=1&address[bar]=2" });
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({
      error: {
        type: "invalid_request_error",
        code: "parameter_unknown",
        doc_url: "https://stripe.com/docs/error-codes/parameter-unknown",
        message: "Received unknown parameter: foo",
        param: "foo",
      },
    });
    const nested = await ask(local, "POST", "/v1/customers", { body: "address[bar]=2" });
    expect(nested.body).toMatchObject({ error: { param: "address[bar]" } });
  });

  it("are refused so by every call", async ({ local }) => {
    const form = "colour=red&shade[dark]=1";
    const json = JSON.stringify({ colour: "red", shade: { dark: 1 } });
    for (const { method, path } of CALLS) {
      const answer = await (method === "POST"
        ? ask(local, method, path, { body: path.startsWith("/v2/") ? json : form })
        : ask(local, method, `${path}?${form}`));
      expect([method, path, answer.body]).toEqual([
        method,
        path,
        {
          error: expect.objectContaining({
            code: "parameter_unknown",
            message: "Received unknown parameters: colour, shade",
            param: "colour",
          }),
        },
      ]);
    }
  });

  it("name the one that is missing, and the one that may not be empty", async ({ local }) => {
    const missing = await ask(local, "POST", "/v1/products", { body: "" });
    expect(missing.body).toMatchObject({
      error: { code: "parameter_missing", param: "name", message: "Missing required param: name." },
    });
    const empty = await ask(local, "POST", "/v1/products", { body: "name=" });
    expect(empty.body).toMatchObject({ error: { code: "parameter_invalid_empty", param: "name" } });
  });

  it("hold metadata to its limits", async ({ stripe }) => {
    const pairs = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, "v"]));
    expect(
      (await refusal(stripe.customers.create({ metadata: { ["k".repeat(41)]: "v" } }))).message,
    ).toContain("40");
    expect((await refusal(stripe.customers.create({ metadata: { "a[b]": "v" } }))).param).toBe("metadata");
    expect((await refusal(stripe.customers.create({ metadata: { k: "v".repeat(501) } }))).param).toBe(
      "metadata[k]",
    );
    expect((await refusal(stripe.customers.create({ metadata: pairs(51) }))).param).toBe("metadata");
    const { id } = await stripe.customers.create({ metadata: pairs(50) });
    expect((await refusal(stripe.customers.update(id, { metadata: { more: "v" } }))).param).toBe("metadata");
    const swapped = await stripe.customers.update(id, { metadata: { more: "v", k0: "" } });
    expect(Object.keys(swapped.metadata)).toHaveLength(50);
  });
});

describe("an answer", () => {
  it("carries a request id and the version that was asked for", async ({ stripe }) => {
    const { lastResponse } = await stripe.customers.create({});
    expect(lastResponse.requestId).toMatch(/^req_[A-Za-z0-9]{14}$/);
    expect(lastResponse.apiVersion).toBe("2026-10-28.endive");
    const older = await stripe.customers.list({}, { apiVersion: "2026-08-26.dahlia" });
    expect(older.lastResponse.apiVersion).toBe("2026-08-26.dahlia");
  });

  it("carries them when it refuses as well, and the idempotency key of a write", async ({
    local,
    stripe,
  }) => {
    const options = { idempotencyKey: "one", apiVersion: "2025-02-24.acacia" };
    const { headers, requestId } = await refusal(stripe.customers.update("cus_none", {}, options));
    expect(headers).toMatchObject({ "stripe-version": "2025-02-24.acacia", "idempotency-key": "one" });
    expect(requestId).toBe(local.requests.at(-1)?.requestId);
    const wrong = await ask(local, "GET", "/v1/customers", { headers: { "Stripe-Version": "yesterday" } });
    expect(wrong.body).toMatchObject({ error: { message: "Invalid Stripe API version: yesterday" } });
    expect(wrong.headers.get("Stripe-Version")).toBe("2026-10-28.endive");
  });

  it("names a call that is not known", async ({ local, stripe }) => {
    const answer = await ask(local, "POST", "/v1/foo");
    expect(answer.status).toBe(501);
    expect(answer.body).toEqual({
      error: { type: "api_error", message: "local-stripe does not know POST /v1/foo." },
    });
    expect((await refusal(stripe.payouts.list())).message).toContain("GET /v1/payouts");
    expect((await ask(local, "GET", "/v1/subscriptions/")).status).toBe(501);
  });

  it("is recorded with what was asked, without the key", async ({ local, stripe }) => {
    await stripe.customers.create({ name: "Ada", metadata: { a: "1" } }, { idempotencyKey: "one" });
    await stripe.customers.search({ query: 'name:"Ada"' });
    expect(local.requests).toMatchObject([
      {
        method: "POST",
        path: "/v1/customers",
        params: { name: "Ada", metadata: { a: "1" } },
        status: 200,
        idempotencyKey: "one",
      },
      { method: "GET", path: "/v1/customers/search", params: { query: 'name:"Ada"' } },
    ]);
    expect(JSON.stringify(local.requests)).not.toContain(local.secretKey);
    local.clearRequests();
    expect(local.requests).toEqual([]);
  });
});

it("is closed twice without harm", async ({ local }) => {
  await local.close();
  await local.close();
  await expect(fetch(local.url)).rejects.toThrow();
});
