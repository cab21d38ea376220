import { describe, expect } from "vitest";
import type { StripeBillingService } from "../../src/index.js";
import { itWithNewTenant as it } from "../in-world.js";
import { answer, clientThat } from "../isolation/intercepted-client.js";
import type { StripeWorld } from "../stripe-world.js";
import { addCard, addPrice } from "./plans.js";

/** acme's service, whose Stripe refuses every write after the first. */
function refusingLaterWrites(world: StripeWorld): StripeBillingService {
  let writes = 0;
  const stripe = clientThat(world.local, async ({ method }, send) => {
    if (method !== "GET") writes += 1;
    const refusal = { type: "invalid_request_error", message: "Not now." };
    return writes > 1 ? answer(400, { error: refusal }) : send();
  });
  return world.service({ stripe }).forTenant("acme");
}

const told = (completed: string, failed: string) => ({
  code: "indeterminate",
  completed: [completed],
  failed,
});

describe("a call of several writes, of which a later one is refused, says what was done", () => {
  it("when a change is made and what is scheduled cannot be dropped", async ({ world, acme, billing }) => {
    const { subscriptionId } = acme;
    await billing.updateSubscription(subscriptionId, { quantity: 9, when: "period_end" });
    const change = { quantity: 5, scheduledChange: null };
    await expect(refusingLaterWrites(world).updateSubscription(subscriptionId, change)).rejects.toMatchObject(
      told("the change", "the release of the schedule"),
    );
    expect((await billing.getSubscription(subscriptionId)).items).toMatchObject([{ quantity: 5 }]);
  });

  it("when a payment method is set and what is scheduled cannot be charged on it", async ({
    world,
    acme,
    billing,
  }) => {
    const { subscriptionId, customerId } = acme;
    const priceId = await addPrice(world, acme);
    await billing.updateSubscription(subscriptionId, { defaultPaymentMethodId: acme.paymentMethodId });
    await billing.updateSubscription(subscriptionId, { priceId, when: "period_end" });
    const defaultPaymentMethodId = await addCard(world, customerId);
    await expect(
      refusingLaterWrites(world).updateSubscription(subscriptionId, { defaultPaymentMethodId }),
    ).rejects.toMatchObject(told("the change", "the payment method of what is scheduled"));
  });

  it("when both pauses are to end and only that of collection does", async ({ world, acme, billing }) => {
    const { subscriptionId } = acme;
    await billing.pauseSubscription(subscriptionId);
    await billing.pauseSubscription(subscriptionId, { pause: "subscription" });
    await expect(refusingLaterWrites(world).unpauseSubscription(subscriptionId)).rejects.toMatchObject(
      told("the end of the pause of collection", "the end of the subscription's pause"),
    );
  });

  it("when a subscription is made and an open page for the same cannot be closed", async ({
    world,
    acme,
    billing,
  }) => {
    const { customerId } = acme;
    const product = await billing.createProduct({
      name: "Extra",
      price: { currency: "usd", unitAmount: 500, recurring: { interval: "month" } },
    });
    const priceId = product.defaultPrice?.id ?? "";
    await billing.createCheckoutSession({ customerId, priceId });
    const made = refusingLaterWrites(world).createSubscription({ customerId, priceId });
    await expect(made).rejects.toMatchObject(
      told("the subscription", "the end of open Checkout pages for the same"),
    );
  });
});
