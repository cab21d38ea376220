import type Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { toPortalConfiguration } from "../../src/views/portal-configuration.js";
import { shaped } from "./stripe-shape.js";

describe("a portal configuration's view", () => {
  const stored = {
    id: "bpc_1",
    name: "Plans",
    business_profile: { headline: "Acme" },
    active: true,
    login_page: { url: "https://billing.stripe.com/p/login/1" },
    created: 1_700_000_000,
    livemode: true,
  };

  it("has everything in the package's own words, frozen", () => {
    const view = toPortalConfiguration(shaped<Stripe.BillingPortal.Configuration>(stored), false);
    expect(view).toEqual({
      id: "bpc_1",
      name: "Plans",
      headline: "Acme",
      active: true,
      shared: false,
      loginPageUrl: "https://billing.stripe.com/p/login/1",
      createdAt: new Date("2023-11-14T22:13:20Z"),
      livemode: true,
    });
    expect(Object.isFrozen(view)).toBe(true);
  });

  it("has null for the name that it lacks", () => {
    const nameless = shaped<Stripe.BillingPortal.Configuration>({ ...stored, name: undefined });
    expect(toPortalConfiguration(nameless, true)).toMatchObject({ name: null, shared: true });
  });
});
