import { describe, expect, test } from "vitest";
import { readOrigin } from "../../src/webhooks/resolve-tenant.js";
import { verifyWebhook } from "../../src/webhooks.js";
import { eventBody, headerFor, NOW_SECONDS, now, SECRET } from "./signed-delivery.js";

function originIn(object: unknown, event: Record<string, unknown> = {}) {
  const body = eventBody({ ...event, data: { object } });
  const origin = readOrigin(verifyWebhook(body, headerFor(body), SECRET, { now }));
  if (origin === undefined) return undefined;
  // It goes with every origin, to tell which deletion of a customer an event goes with.
  const { happenedAtSeconds, ...owner } = origin;
  expect(happenedAtSeconds).toBe(NOW_SECONDS);
  return owner;
}

describe("the origin of an event", () => {
  test.each([
    "subscription",
    "invoice",
    "checkout.session",
    "payment_method",
    "entitlements.active_entitlement_summary",
  ])("of a %s is its customer, as an id or expanded", (object) => {
    expect(originIn({ object, customer: "cus_1" })).toEqual({ customerId: "cus_1" });
    expect(originIn({ object, customer: { id: "cus_1", object: "customer" } })).toEqual({
      customerId: "cus_1",
    });
    expect(originIn({ object, customer: { id: "cus_1", deleted: true } })).toEqual({ customerId: "cus_1" });
  });

  test("of a customer is the customer itself, with its metadata", () => {
    const customer = { object: "customer", id: "cus_1", metadata: { tenantId: "acme" } };
    expect(originIn(customer)).toEqual({ customerId: "cus_1", metadata: { tenantId: "acme" } });
    expect(originIn({ ...customer, customer: "cus_2" })).toEqual({
      customerId: "cus_1",
      metadata: { tenantId: "acme" },
    });
  });

  test("of a product is its metadata, also where that is empty", () => {
    expect(originIn({ object: "product", id: "prod_1", metadata: { tenantId: "acme" } })).toEqual({
      metadata: { tenantId: "acme" },
    });
    expect(originIn({ object: "product", id: "prod_1", metadata: {} })).toEqual({ metadata: {} });
  });

  test("is the connected account as well", () => {
    expect(originIn({ object: "account", id: "acct_1" }, { account: "acct_1" })).toEqual({
      account: "acct_1",
    });
    expect(originIn({ object: "invoice", customer: "cus_1" }, { account: "acct_1" })).toEqual({
      account: "acct_1",
      customerId: "cus_1",
    });
  });

  test("is nobody where the event names no customer, account or owner", () => {
    for (const object of [
      { object: "account", id: "acct_1" },
      { object: "price", id: "price_1", metadata: { tenantId: "globex" } },
      { object: "payment_intent", customer: null, metadata: { tenantId: "globex" } },
      { object: "product", metadata: null },
      { object: "invoice", customer: "" },
      { object: "invoice", customer: 7 },
      { object: "invoice", customer: ["cus_1"] },
      { object: "invoice", customer: {} },
      { object: "invoice", customer: { id: { id: "cus_1" } } },
      {},
    ]) {
      expect(originIn(object), JSON.stringify(object)).toBeUndefined();
    }
    expect(originIn({ object: "account" }, { account: null })).toBeUndefined();
  });

  test("is never taken from metadata or references that are not proof", () => {
    const forged = { tenantId: "globex", customer: "cus_globex", account: "acct_globex" };
    for (const object of ["subscription", "invoice", "checkout.session", "charge", "setup_intent"]) {
      const origin = originIn({
        object,
        customer: "cus_acme",
        metadata: forged,
        client_reference_id: "globex",
      });
      expect(origin).toEqual({ customerId: "cus_acme" });
    }
  });

  test("holds metadata on no prototype and of text only", () => {
    const metadata = JSON.parse(
      '{"__proto__": "acme", "constructor": "x", "tenantId": {"toString": 1}, "n": 7}',
    );
    const origin = originIn({ object: "product", metadata });
    expect(Object.getPrototypeOf(origin?.metadata)).toBeNull();
    expect(Object.entries(origin?.metadata ?? {})).toEqual([
      ["__proto__", "acme"],
      ["constructor", "x"],
    ]);
    expect(Object.isFrozen(origin?.metadata)).toBe(true);
  });
});
