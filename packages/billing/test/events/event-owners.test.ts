import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { generateEventOwners, TABLE } from "../../scripts/generate-event-owners.mjs";
import { EVENT_KINDS } from "../../src/events/event-owners.js";
import { findEventType, findSimilarEventType } from "../../src/events/event-types.js";

describe("the table of owners", () => {
  // The whole of the SDK's declarations are read for it.
  test("is what the SDK's types say, so that a type it learns has an owner or none", {
    timeout: 240_000,
  }, () => {
    expect(readFileSync(TABLE, "utf8")).toBe(generateEventOwners());
  });

  test("holds every type once, of both families", () => {
    const types = Object.values(EVENT_KINDS).flatMap(({ snapshot, thin }) => [...snapshot, ...thin]);
    expect(new Set(types).size).toBe(types.length);
    expect(types.length).toBeGreaterThan(590);
  });

  test.each([
    ["customer.deleted", "itself"],
    ["customer.subscription.deleted", "customer"],
    ["v1.customer.subscription.past_due", "customer"],
    ["payment_method.detached", "customer"],
    ["charge.dispute.created", "charge"],
    ["radar.early_fraud_warning.created", "charge"],
    ["refund.created", "customer or charge"],
    ["invoice_payment.paid", "invoice"],
    ["v1.invoice_payment.open", "invoice"],
    ["price.updated", "product"],
    ["product.updated", "mark"],
    ["coupon.deleted", "mark"],
    ["promotion_code.updated", "customer or mark"],
    ["billing_portal.configuration.updated", "mark"],
    ["v1.entitlements.active_entitlement_summary.entitlement_added", "customer"],
    ["v2.core.account.updated", "customer_account"],
    ["account.external_account.created", "account"],
    ["application_fee.created", "account"],
    ["payout.paid", "account"],
    ["v2.core.event_destination.ping", "account"],
  ])("finds the owner of %s by %s", (type, owner) => {
    expect(findEventType(type)?.owner).toBe(owner);
  });
});

describe("a type that is not known", () => {
  test.each([
    ["customer.subscription.update", "customer.subscription.updated"],
    ["invoice.payed", "invoice.paid"],
    ["subscription.updated", "customer.subscription.updated"],
    ["V1.invoice.paid", "v1.invoice.paid"],
  ])("%s is found to be like %s", (typo, meant) => {
    expect(findSimilarEventType(typo)).toBe(meant);
  });

  test.each(["", "constructor", "__proto__", "x".repeat(5_000)])("%s is like none", (type) => {
    expect(findEventType(type)).toBeUndefined();
    expect(findSimilarEventType(type)).toBeUndefined();
  });
});
