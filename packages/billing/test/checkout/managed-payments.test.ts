import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { connectTenancy, type StripeBillingService } from "../../src/index.js";
import { type StripeWorld, startStripeWorld, type TenantWorld } from "../stripe-world.js";

/** Of an account that has Managed Payments on by default. */
let world: StripeWorld;
let onPlatform: TenantWorld;
let connected: Pick<TenantWorld, "customerId" | "priceId">;
let billing: StripeBillingService;
let ofConnected: StripeBillingService;

beforeAll(async () => {
  world = await startStripeWorld({ managedPayments: true });
  const stripeAccount = world.local.connectAccount();
  onPlatform = await world.addTenant("acme");
  const customer = await world.stripe.customers.create({}, { stripeAccount });
  const product = await world.stripe.products.create(
    {
      name: "Plan",
      default_price_data: { currency: "usd", unit_amount: 900, recurring: { interval: "month" } },
    },
    { stripeAccount },
  );
  connected = {
    customerId: customer.id,
    priceId: typeof product.default_price === "string" ? product.default_price : "",
  };
  const accounts = { accountOf: () => stripeAccount, tenantOf: () => "globex" };
  billing = world.service().forTenant("acme");
  ofConnected = world.service({ tenancy: connectTenancy(accounts) }).forTenant("globex");
});

beforeEach(() => world.local.clearRequests());

afterAll(() => world.close());

function sentSetting() {
  const sent = world.local.requests.findLast(
    ({ method, path }) => method === "POST" && path === "/v1/checkout/sessions",
  );
  return sent?.params["managed_payments"];
}

it("are the account's to decide on, unless the call says otherwise", async () => {
  const { customerId, otherPriceId: priceId } = onPlatform;
  await billing.createCheckoutSession({ customerId, priceId, allowSecond: true });
  expect(sentSetting()).toBeUndefined();
  await billing.createCheckoutSession({ customerId, priceId, allowSecond: true, managedPayments: false });
  expect(sentSetting()).toEqual({ enabled: "false" });
  await billing.createCheckoutSession({ customerId, priceId, allowSecond: true, managedPayments: true });
  expect(sentSetting()).toEqual({ enabled: "true" });
});

// Stripe refuses "a Stripe-Account header" with them: https://github.com/TryGhost/Ghost/issues/29715
it.each([{ mode: "subscription" as const }, { mode: "setup" as const }])(
  "are switched off in a connected account, for $mode",
  async ({ mode }) => {
    const { customerId, priceId } = connected;
    const wanted =
      mode === "setup"
        ? { mode, currency: "usd" }
        : { mode, priceId, allowSecond: true, managedPayments: false };
    await ofConnected.createCheckoutSession({ customerId, ...wanted });
    expect(sentSetting()).toEqual({ enabled: "false" });
  },
);

it("are refused for a connected account before anything is sent", async () => {
  const { customerId, priceId } = connected;
  await expect(
    ofConnected.createCheckoutSession({ customerId, priceId, managedPayments: true }),
  ).rejects.toMatchObject({ code: "invalid_argument", message: expect.stringContaining("managedPayments") });
  expect(world.local.requests).toEqual([]);
});
