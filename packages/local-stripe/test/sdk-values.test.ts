import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LocalStripe, startLocalStripe } from "../src/index.js";
import { client, refusal } from "./support/local.js";

/**
 * The SDK's types are newer than the specification that answers are checked against, so what they list is checked here.
 * stripe 23.1.0: Checkout/Sessions.d.ts, BillingPortal/Sessions.d.ts, TaxIds.d.ts.
 */
const CHECKOUT_LOCALES = readUnion("Checkout/Sessions.d.ts", "Locale");
const PORTAL_LOCALES = readUnion("BillingPortal/Sessions.d.ts", "Locale");
const TAX_ID_TYPES = readUnion("TaxIds.d.ts", "Type").filter((type) => type !== "unknown");

let local: LocalStripe;
let stripe: Stripe;
let customer: string;
beforeAll(async () => {
  local = await startLocalStripe();
  stripe = client(local);
  customer = (await stripe.customers.create()).id;
});
afterAll(() => local.close());

describe("a session's locale", () => {
  it("may be each of those that the SDK lists for its kind", async () => {
    for (const locale of CHECKOUT_LOCALES) expect((await checkout(locale)).locale).toBe(locale);
    for (const locale of PORTAL_LOCALES) expect((await portal(locale)).locale).toBe(locale);
  });

  it("may be a regional English in the portal that Checkout refuses", async () => {
    const portalOnly = PORTAL_LOCALES.filter((locale) => !CHECKOUT_LOCALES.includes(locale));
    expect(portalOnly).toEqual(["en-AU", "en-CA", "en-IE", "en-IN", "en-NZ", "en-SG"]);
    for (const locale of portalOnly) {
      expect(await refusal(checkout(locale))).toMatchObject({ statusCode: 400, param: "locale" });
    }
  });

  it("may be Hindi in Checkout, which the portal refuses", async () => {
    expect(CHECKOUT_LOCALES.filter((locale) => !PORTAL_LOCALES.includes(locale))).toEqual(["hi-IN"]);
    expect(await refusal(portal("hi-IN"))).toMatchObject({ statusCode: 400, param: "locale" });
  });
});

describe("a tax id", () => {
  it("may be of each of the SDK's 135 types", async () => {
    expect(TAX_ID_TYPES).toHaveLength(135);
    for (const type of TAX_ID_TYPES) {
      const value = VALUES[type] ?? "123456789";
      const params = { type: type as Stripe.CustomerCreateTaxIdParams["type"], value };
      expect((await stripe.customers.createTaxId(customer, params)).type).toBe(type);
    }
  });

  it("may not be of the type that only an answer has", async () => {
    const params = { type: "unknown" as Stripe.CustomerCreateTaxIdParams["type"], value: "1" };
    expect(await refusal(stripe.customers.createTaxId(customer, params))).toMatchObject({ param: "type" });
  });
});

/** Of the types whose values must have a form. */
const VALUES: Readonly<Record<string, string>> = {
  ch_vat: "CHE-123.456.789 MWST",
  eu_vat: "DE123456789",
  gb_vat: "GB123456789",
  us_ein: "12-3456789",
};

function checkout(locale: string) {
  return stripe.checkout.sessions.create({
    mode: "setup",
    currency: "usd",
    customer,
    success_url: "https://app.example.com/",
    locale: locale as Stripe.Checkout.SessionCreateParams.Locale,
  });
}

function portal(locale: string) {
  const params = { customer, locale: locale as Stripe.BillingPortal.SessionCreateParams.Locale };
  return stripe.billingPortal.sessions.create(params);
}

/** Reads the first union of literals of that name in a file of the SDK's declarations. */
function readUnion(file: string, name: string): readonly string[] {
  const cjs = dirname(createRequire(import.meta.url).resolve("stripe"));
  const text = readFileSync(join(cjs, "../esm/resources", file), "utf8");
  const union = new RegExp(`type ${name} = ([^;]+);`).exec(text)?.[1] ?? "";
  return [...union.matchAll(/'([^']+)'/g)].map(([, value]) => value ?? "");
}
