import type Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { toTaxId } from "../../src/views/tax-id.js";
import { shaped } from "./stripe-shape.js";

const VERIFIED = {
  id: "txi_1",
  customer: "cus_1",
  type: "eu_vat",
  value: "DE123456789",
  country: "DE",
  verification: { status: "verified", verified_name: "Acme GmbH", verified_address: "Weg 1" },
  created: 1_700_000_000,
  livemode: true,
};

const view = (fields: object = {}) => toTaxId(shaped<Stripe.TaxId>({ ...VERIFIED, ...fields }));

describe("a tax id's view", () => {
  it("has everything in the package's own words", () => {
    expect(view()).toEqual({
      id: "txi_1",
      customerId: "cus_1",
      type: "eu_vat",
      value: "DE123456789",
      country: "DE",
      verification: { status: "verified", name: "Acme GmbH", address: "Weg 1" },
      createdAt: new Date("2023-11-14T22:13:20Z"),
      livemode: true,
    });
  });

  it("names its customer where that is expanded, and nobody where it is the account's own", () => {
    expect(view({ customer: { id: "cus_2" } }).customerId).toBe("cus_2");
    expect(view({ customer: null }).customerId).toBe("");
  });

  it("has no verification where Stripe has none", () => {
    expect(view({ verification: null, country: null })).toMatchObject({ verification: null, country: null });
  });
});
