import { describe, expect, test, vi } from "vitest";
import { receiver } from "./delivering.js";
import { eventBody, headerFor, thinBody, twoTenants } from "./signed-delivery.js";

/** Delivers an event, and says what the service was told to forget. */
async function deliver(body: string) {
  const forgetCatalog = vi.fn(async () => undefined);
  const forgetCustomer = vi.fn();
  const webhooks = receiver({}, { billing: { ...twoTenants(), forgetCatalog, forgetCustomer } });
  await webhooks.receive(body, headerFor(body));
  return { customers: forgetCustomer.mock.calls, catalogs: forgetCatalog.mock.calls };
}

const about = (type: string, object: object, more: object = {}) =>
  eventBody({ type, data: { object }, ...more });

describe("a verified event, whether it has a handler or not, makes the service forget", () => {
  const CUSTOMER = { id: "cus_acme", object: "customer", metadata: {} };

  test.each(["customer.updated", "customer.deleted"])("the customer of %s", async (type) => {
    expect(await deliver(about(type, CUSTOMER))).toEqual({
      customers: [["cus_acme", undefined]],
      catalogs: [],
    });
  });

  test("the customer of a connected account", async () => {
    const { customers } = await deliver(about("customer.updated", CUSTOMER, { account: "acct_acme" }));
    expect(customers).toEqual([["cus_acme", "acct_acme"]]);
  });

  test("the customer that a thin event names", async () => {
    const related_object = { id: "cus_acme", type: "customer", url: "/v1/customers/cus_acme" };
    const { customers } = await deliver(thinBody({ type: "v1.customer.deleted", related_object }));
    expect(customers).toEqual([["cus_acme", undefined]]);
  });

  test.each(["product.created", "product.updated", "price.deleted"])("the catalog at %s", async (type) => {
    const { customers, catalogs } = await deliver(about(type, { id: "prod_1", object: "product" }));
    expect([customers, catalogs.length]).toEqual([[], 1]);
  });

  test("the catalog at a thin event", async () => {
    const related_object = { id: "prod_1", type: "product", url: "/v1/products/prod_1" };
    const body = thinBody({ type: "v1.product.updated", related_object, context: "acct_acme" });
    const { catalogs } = await deliver(body);
    expect(catalogs).toEqual([[{ account: "acct_acme", data: { object: {} } }]]);
  });

  test("the catalog with what a snapshot event shows of it", async () => {
    const body = about("product.updated", { id: "prod_1", object: "product", metadata: {} });
    expect((await deliver(body)).catalogs).toEqual([[JSON.parse(body)]]);
  });

  test("no customer where a thin event names none", async () => {
    const { customers } = await deliver(thinBody({ type: "v1.customer.updated", related_object: null }));
    expect(customers).toEqual([]);
  });

  test.each(["price.updated", "customer.updated"])("nothing where it remembers nothing: %s", async (type) => {
    const webhooks = receiver({}, { billing: twoTenants() });
    const body = about(type, CUSTOMER);
    expect((await webhooks.receive(body, headerFor(body))).status).toBe("ignored");
  });

  test.each(["customer.subscription.updated", "customer.created", "invoice.paid", "my.product.updated"])(
    "nothing at %s",
    async (type) => {
      expect(await deliver(about(type, CUSTOMER))).toEqual({ customers: [], catalogs: [] });
    },
  );

  test("no customer where an event has no id", async () => {
    const { customers } = await deliver(about("customer.updated", { object: "customer" }));
    expect(customers).toEqual([]);
  });
});

test("an event at which the service cannot forget comes again", async () => {
  const error = new Error("the cache is down");
  const billing = { ...twoTenants(), forgetCatalog: () => Promise.reject(error) };
  const webhooks = receiver({}, { billing, logger: { warn: () => undefined } });
  const body = about("price.updated", { id: "price_1", object: "price" });
  expect(await webhooks.receive(body, headerFor(body))).toMatchObject({ status: "failed", error });
});
