import { describe, expect } from "vitest";
import type { PortalConfigurationSpec, PortalFlow, StripeBillingService } from "../../src/index.js";
import { itWithNewTenant } from "../in-world.js";
import { RETURN_URL, type StripeWorld, type TenantWorld } from "../stripe-world.js";
import { addMeteredPrice, addPlan, addPrice } from "../subscriptions/plans.js";

type Offers = NonNullable<PortalConfigurationSpec["features"]["subscriptionUpdate"]>["products"];
type FlowType = PortalFlow["type"];

function offering(products: Offers, allowedUpdates: readonly ("price" | "promotion_code")[] = ["price"]) {
  return {
    features: {
      paymentMethodUpdate: true,
      subscriptionCancel: {},
      subscriptionPause: {},
      subscriptionUpdate: { allowedUpdates, products },
    },
  } satisfies PortalConfigurationSpec;
}

/** What the diagnosis finds, and the error of the session that it is about. */
async function lookAndOpen(billing: StripeBillingService, customerId: string, flow?: PortalFlow) {
  const { ok, checks } = await billing.diagnosePortal({ customerId, flow });
  const failures = checks.filter(({ status, check }) => status === "failure" && check !== "session");
  const error = await billing.createCustomerPortalSession(customerId, { flow }).then(
    () => undefined,
    (refusal: Error) => refusal.message,
  );
  return { ok, failures: failures.map(({ fact }) => fact).join(" "), error };
}

function withSpec(world: StripeWorld, configuration: PortalConfigurationSpec) {
  return world.service({ portal: { returnUrl: RETURN_URL, configuration: () => configuration } });
}

describe("a diagnosis of a specification", () => {
  type Make = (world: StripeWorld, acme: TenantWorld) => Promise<PortalConfigurationSpec>;

  itWithNewTenant.for<[string, string, string, Make]>([
    [
      "codes that anybody may type",
      "promotion_code",
      "promotion_code",
      async (_, { productId, priceId }) =>
        offering([{ productId, priceIds: [priceId] }], ["price", "promotion_code"]),
    ],
    [
      "a price that is paid once",
      "One-time prices",
      "one-time price",
      async ({ stripe }, { productId: product }) => {
        const { id } = await stripe.prices.create({ product, currency: "usd", unit_amount: 500 });
        return offering([{ productId: product, priceIds: [id] }]);
      },
    ],
    [
      "a price of another product",
      "a product that they are not of",
      "no such object",
      async (world, { productId }) =>
        offering([{ productId, priceIds: [(await addPlan(world, "acme")).priceId] }]),
    ],
    [
      "a usage-based price",
      "Usage-based",
      "usage-based",
      async (world, acme) =>
        offering([{ productId: acme.productId, priceIds: [await addMeteredPrice(world, acme)] }]),
    ],
    [
      "two prices of one interval",
      "two prices of the same interval",
      "two prices of the same interval",
      async (world, acme) =>
        offering([{ productId: acme.productId, priceIds: [acme.priceId, await addPrice(world, acme)] }]),
    ],
    [
      "an archived price",
      "Archived",
      "archived",
      async (world, acme) => {
        const priceId = await addPrice(world, acme);
        await world.stripe.prices.update(priceId, { active: false });
        return offering([{ productId: acme.productId, priceIds: [priceId] }]);
      },
    ],
  ])("finds %s, as the session does", async ([, fact, words, make], { world, acme }) => {
    const billing = withSpec(world, await make(world, acme)).forTenant("acme");
    expect(await lookAndOpen(billing, acme.customerId)).toEqual({
      ok: false,
      failures: expect.stringContaining(fact),
      error: expect.stringContaining(words),
    });
  });
});

describe("a diagnosis of a flow", () => {
  type State = (world: StripeWorld, acme: TenantWorld) => Promise<unknown>;
  const CHANGE = ["subscription_update", "subscription_update_confirm"] as const;

  const schedule: State = ({ stripe }, { subscriptionId }) =>
    stripe.subscriptionSchedules.create({ from_subscription: subscriptionId });
  const scheduleChange: State = async (world, acme) => {
    const priceId = await addPrice(world, acme);
    await world.service().forTenant("acme").updateSubscription(acme.subscriptionId, {
      priceId,
      when: "period_end",
    });
  };

  itWithNewTenant.for<[string, readonly FlowType[], State]>([
    ["runs", [], async () => undefined],
    ["has a schedule without a change", ["subscription_pause"], schedule],
    ["has a scheduled change", ["subscription_cancel", "subscription_pause", ...CHANGE], scheduleChange],
    [
      "is paused",
      ["subscription_pause", ...CHANGE],
      ({ stripe }, { subscriptionId }) => stripe.subscriptions.pause(subscriptionId),
    ],
    [
      "is to be canceled",
      ["subscription_cancel"],
      ({ stripe }, { subscriptionId: id }) => stripe.subscriptions.update(id, { cancel_at_period_end: true }),
    ],
    [
      "is paid by invoice",
      CHANGE,
      ({ stripe }, { subscriptionId: id }) =>
        stripe.subscriptions.update(id, { collection_method: "send_invoice", days_until_due: 30 }),
    ],
  ])(
    "of a subscription that %s refuses %j, as the session does, and nothing else",
    async ([, refused, make], { world, acme }) => {
      await make(world, acme);
      const { customerId, subscriptionId, productId, priceId } = acme;
      const spec = offering([{ productId, priceIds: [priceId] }]);
      const billing = withSpec(world, spec).forTenant("acme");
      for (const type of ["subscription_cancel", "subscription_pause", ...CHANGE] as const) {
        const confirmed = type === "subscription_update_confirm" ? { priceId } : {};
        const flow = { type, subscriptionId, ...confirmed } as PortalFlow;
        const seen = await lookAndOpen(billing, customerId, flow);
        const isRefused = refused.includes(type);
        expect({ type, ok: seen.ok }).toEqual({ type, ok: !isRefused });
        expect(seen.error).toEqual(isRefused ? expect.stringContaining(seen.failures) : undefined);
      }
    },
  );

  itWithNewTenant("with classic billing refuses a pause, as the session does", async ({ world, acme }) => {
    const { customerId, productId, priceId } = acme;
    const { id: subscriptionId } = await world.stripe.subscriptions.create({
      customer: customerId,
      items: [{ price: priceId }],
      billing_mode: { type: "classic" },
    });
    const billing = withSpec(world, offering([{ productId, priceIds: [priceId] }])).forTenant("acme");
    const seen = await lookAndOpen(billing, customerId, { type: "subscription_pause", subscriptionId });
    expect(seen).toMatchObject({ ok: false, failures: expect.stringContaining("classic billing") });
    expect(seen.error).toContain(seen.failures);
  });

  itWithNewTenant("that cannot be done makes no configuration either", async ({ world, acme }) => {
    const { customerId, subscriptionId, productId, priceId } = acme;
    await world.stripe.subscriptions.cancel(subscriptionId);
    const billing = withSpec(world, offering([{ productId, priceIds: [priceId] }])).forTenant("acme");
    world.takeRequests();
    const opening = billing.createCustomerPortalSession(customerId, {
      flow: { type: "subscription_cancel", subscriptionId },
    });
    await expect(opening).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("has ended"),
    });
    expect(world.takeRequests().filter((request) => request.startsWith("POST"))).toEqual([]);
  });

  itWithNewTenant.for(["a specification", "a configuration"] as const)(
    "that confirms a price which %s does not offer refuses it, as the session does",
    async (kind, { world, acme }) => {
      const { customerId, subscriptionId, productId, priceId } = acme;
      const spec = offering([{ productId, priceIds: [priceId] }]);
      const { id } = await acmeOf(world).ensurePortalConfiguration(spec);
      const configuration = kind === "a specification" ? spec : id;
      const billing = world.service({ portal: { returnUrl: RETURN_URL, configuration } }).forTenant("acme");
      const confirm = (price: string) =>
        lookAndOpen(billing, customerId, {
          type: "subscription_update_confirm",
          subscriptionId,
          priceId: price,
        });
      expect(await confirm(priceId)).toMatchObject({ ok: true, error: undefined });
      const seen = await confirm(await addPrice(world, acme));
      expect(seen).toMatchObject({ ok: false, failures: expect.stringContaining("not among what") });
      expect(seen.error).toContain(seen.failures);
    },
  );

  const acmeOf = (world: StripeWorld) => world.service().forTenant("acme");
});
