import { describe, expect, it } from "vitest";
import { findEventType, findSimilarEventType, ownerPathOfKind } from "../../src/events/event-types.js";

describe("a known event type", () => {
  it.each([
    ["invoice.paid", { family: "snapshot", kind: "invoice", owner: "customer" }],
    ["v1.invoice.paid", { family: "thin", kind: "invoice", owner: "customer" }],
  ])("%s has its family, kind and owner", (type, facts) => {
    expect(findEventType(type)).toEqual(facts);
  });
});

describe("a kind of object", () => {
  it.each([
    ["customer", "itself"],
    ["price", "product"],
    ["unheard_of", undefined],
    ["constructor", undefined],
  ])("%s is owned by %s", (kind, owner) => {
    expect(ownerPathOfKind(kind)).toBe(owner);
  });
});

describe("a type that is spelled otherwise", () => {
  it.each([
    ["with a letter too few", "invoice.pad", "invoice.paid"],
    ["with a letter too many", "invoice.paidd", "invoice.paid"],
    ["with another letter", "invoice.raid", "invoice.paid"],
    ["with letters that changed places", "invoice.piad", "invoice.paid"],
    ["with a third of its letters wrong, less one", "xxvoicx.paid", "invoice.paid"],
    ["without what stands in front", "trial_will_end", "customer.subscription.trial_will_end"],
  ])("%s is found", (_how, typo, meant) => {
    expect(findSimilarEventType(typo)).toBe(meant);
  });

  it.each([
    ["with more than a third of its letters wrong", "xxxxicx.paid"],
    ["as the end of a word alone", "aid"],
    ["as short as can be", "x"],
    ["without a third of its letters in front", "oice.paid"],
    ["without a third of its letters behind", "invoice."],
  ])("%s is not", (_how, type) => {
    expect(findSimilarEventType(type)).toBeUndefined();
  });

  it("is found as the known type that takes the fewest changes", () => {
    expect(findSimilarEventType("invoice.payment_faileds")).toBe("invoice.payment_failed");
    expect(findSimilarEventType("customer.create")).toBe("customer.created");
    expect(findSimilarEventType("customer.deletd")).toBe("customer.deleted");
  });
});
