import { describe, expect } from "vitest";
import type { StripeBillingService } from "../../src/index.js";
import { itWithNewTenant as it } from "../in-world.js";
import { answer, clientThat } from "../isolation/intercepted-client.js";
import type { StripeWorld } from "../stripe-world.js";
import { addCard, addPrice } from "./plans.js";

/** acme's service, whose Stripe takes so many writes and refuses every later one. */
function refusingLaterWrites(world: StripeWorld, taken = 1): StripeBillingService {
  let writes = 0;
  const stripe = clientThat(world.local, async ({ method }, send) => {
    if (method !== "GET") writes += 1;
    const refusal = { type: "invalid_request_error", message: "Not now." };
    return writes > taken ? answer(400, { error: refusal }) : send();
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

  it("when a schedule is dropped and the cancellation that it stood in the way of is refused", async ({
    world,
    acme,
    billing,
  }) => {
    const { subscriptionId } = acme;
    await billing.updateSubscription(subscriptionId, { quantity: 9, when: "period_end" });
    // The first is refused by Stripe itself, because of the schedule.
    const canceled = refusingLaterWrites(world, 2).cancelSubscription(subscriptionId);
    await expect(canceled).rejects.toMatchObject(told("the release of the schedule", "the cancellation"));
  });

  it("when one form of an end is taken back and the other is not", async ({ world, acme, billing }) => {
    const { subscriptionId } = acme;
    await billing.cancelSubscription(subscriptionId);
    let writes = 0;
    const stripe = clientThat(world.local, async ({ method }, send) => {
      if (method === "GET") return send();
      writes += 1;
      if (writes > 1) return answer(400, { error: { type: "invalid_request_error", message: "Not now." } });
      return answer(200, { ...Object(await (await send()).toJSON()), cancel_at: 2_000_000_000 });
    });
    const resumed = world.service({ stripe }).forTenant("acme").resumeSubscription(subscriptionId);
    await expect(resumed).rejects.toMatchObject(
      told("the end of the cancellation at the period's end", "the end of the cancellation on a date"),
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

describe("a change at the end of the period, whose schedule is made and whose change is not", () => {
  const MADE = "a schedule of the subscription as it is";
  const isChange = ({ method, path }: { readonly method: string; readonly path: string }) =>
    method === "POST" && /^\/v1\/subscription_schedules\/\w+$/.test(path);
  const change = { quantity: 9, when: "period_end" } as const;

  it("leaves no schedule behind where it is refused", async ({ world, acme }) => {
    const stripe = clientThat(world.local, async (request, send) =>
      isChange(request) ? answer(400, { error: { type: "invalid_request_error" } }) : send(),
    );
    const billing = world.service({ stripe }).forTenant("acme");
    await expect(billing.updateSubscription(acme.subscriptionId, change)).rejects.toMatchObject({
      code: "indeterminate",
      retryable: false,
      completed: [MADE, "the release of the new schedule"],
      failed: "the scheduled change",
      cause: { code: "invalid_argument" },
    });
    expect((await world.stripe.subscriptions.retrieve(acme.subscriptionId)).schedule).toBeNull();
  });

  it("leaves what was scheduled before where another change of it is refused", async ({
    world,
    acme,
    billing,
  }) => {
    await billing.updateSubscription(acme.subscriptionId, change);
    const stripe = clientThat(world.local, async (request, send) =>
      isChange(request) ? answer(400, { error: { type: "invalid_request_error" } }) : send(),
    );
    const refused = world.service({ stripe }).forTenant("acme");
    await expect(
      refused.updateSubscription(acme.subscriptionId, { ...change, quantity: 7 }),
    ).rejects.toMatchObject({ code: "invalid_argument" });
    expect((await billing.getSubscription(acme.subscriptionId)).scheduledChange?.items).toMatchObject([
      { quantity: 9 },
    ]);
  });

  it("says so where the schedule cannot be released either", async ({ world, acme }) => {
    await expect(
      refusingLaterWrites(world).updateSubscription(acme.subscriptionId, change),
    ).rejects.toMatchObject(told(MADE, "the release of the new schedule"));
  });

  it.for([
    ["nobody knows if it was made", undefined],
    ["the caller has stopped it", new AbortController()],
  ] as const)(
    "keeps the schedule where %s, and goes on with it under its key",
    async ([, stop], { world, acme, billing }) => {
      const stripe = clientThat(world.local, async (request, send) => {
        if (!isChange(request)) return send();
        stop?.abort();
        throw new Error("The connection was reset.");
      });
      const idempotencyKey = `nine for ${acme.subscriptionId}`;
      const asked = { ...change, idempotencyKey, signal: stop?.signal };
      const losing = world.service({ stripe, maxRetries: 0 }).forTenant("acme");
      await expect(losing.updateSubscription(acme.subscriptionId, asked)).rejects.toMatchObject({
        ...told(MADE, "the scheduled change"),
        idempotencyKey,
      });
      const { schedule } = await world.stripe.subscriptions.retrieve(acme.subscriptionId);
      expect(schedule).not.toBeNull();
      const again = await billing.updateSubscription(acme.subscriptionId, { ...change, idempotencyKey });
      expect(again.scheduledChange?.items).toMatchObject([{ quantity: 9 }]);
    },
  );
});
