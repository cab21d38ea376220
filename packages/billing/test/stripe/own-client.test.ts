import Stripe from "stripe";
import Stripe22 from "stripe-22";
import { describe, expect, it as test } from "vitest";
import { StripeBillingService } from "../../src/index.js";
import { itWithTenants as it } from "../in-world.js";
import { RETURN_URL } from "../stripe-world.js";
import { NO_RETRIES, WITHOUT_SETTINGS } from "./older-sdk.js";

/** What an application may have told its client, beside where to go. */
const SETTINGS: Readonly<Record<string, Stripe.StripeConfig>> = {
  "nothing else": {},
  "the fetch HTTP client": { httpClient: Stripe.createFetchHttpClient() },
  "an impatient one": { timeout: 1, maxNetworkRetries: 0 },
  "a patient one": { timeout: 600_000, maxNetworkRetries: 10 },
  "no account and a name of its own": { stripeAccount: "", appInfo: { name: "app" }, telemetry: false },
  // Before periods moved to items, and invoices and cancellations changed their shapes.
  "an older version of the API": { apiVersion: "2024-06-20" as never },
};

const VERSIONS = { "23.1.0": Stripe, "22.6.2": Stripe22, ...WITHOUT_SETTINGS };

describe.each(Object.entries(VERSIONS))("a client of stripe %s that the application made", (version, SDK) => {
  const isOlder = version in WITHOUT_SETTINGS;
  // Before stripe 22, a client's own timeout holds.
  const settingsOf = Object.entries(SETTINGS).filter(([name]) => !isOlder || name !== "an impatient one");

  it.for(settingsOf)("does with %s", async ([, settings], { world, acme }) => {
    const { host, port, secretKey } = world.local;
    // One type of settings for all versions, whose own differ in what neither is given here.
    const config = {
      host,
      port,
      protocol: "http",
      ...settings,
      ...(isOlder ? NO_RETRIES : {}),
    } as object;
    const stripe = new SDK(secretKey, config);
    const billing = new StripeBillingService({ stripe, portal: { returnUrl: RETURN_URL } });
    const bound = billing.forTenant("acme");

    const { currentPeriodEnd } = await world.service().forTenant("acme").getSubscription(acme.subscriptionId);
    expect(await bound.getSubscription(acme.subscriptionId)).toMatchObject({
      status: "active",
      currentPeriodEnd,
    });
    expect((await bound.createCustomerPortalSession(acme.customerId)).url).toMatch(/^http/);
    for await (const { id } of bound.listCustomerSubscriptions(acme.customerId)) {
      expect(id).toBe(acme.subscriptionId);
    }
    await expect(bound.getSubscription("sub_missing")).rejects.toMatchObject({ code: "not_found" });

    world.local.faults.add({ kind: "rate_limit", times: 2 });
    world.takeRequests();
    await bound.updateCustomer(acme.customerId, { phone: "1" });
    // The customer is proved anew before the write: refused twice, answered, and then written.
    expect(world.takeRequests()).toHaveLength(4);
  });
});

describe("a client of stripe 17 to 21", () => {
  test.each(Object.entries(WITHOUT_SETTINGS))(
    "is refused where it would retry by itself: %s",
    (version, SDK) => {
      expect(() => new StripeBillingService({ stripe: new SDK("sk_test_12345678") })).toThrow(
        `A client of stripe ${version} retries requests itself. Make it with maxNetworkRetries: 0; the service retries instead, as maxRetries says.`,
      );
      expect(
        () => new StripeBillingService({ stripe: new SDK("sk_test_12345678", NO_RETRIES) }),
      ).not.toThrow();
    },
  );
});
