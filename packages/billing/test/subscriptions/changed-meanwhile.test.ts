import { describe, expect } from "vitest";
import type { StripeBillingService } from "../../src/index.js";
import { itWithNewTenant as it } from "../in-world.js";
import { overtakenBy } from "../overtaken-by.js";

const SCHEDULED = { quantity: 9, when: "period_end" } as const;
const GOING_TO_END = expect.stringContaining("scheduled to end");
const HAS_ENDED = expect.stringContaining("has ended");

describe("a change that another call has overtaken", () => {
  it.for([1, 2])(
    "is not scheduled after a cancellation, which stays, at whichever of its writes that came: %i",
    async (nth, { world, acme: { subscriptionId }, billing }) => {
      const overtaken = overtakenBy(world, () => billing.cancelSubscription(subscriptionId), nth);
      await expect(overtaken.updateSubscription(subscriptionId, SCHEDULED)).rejects.toMatchObject({
        code: "indeterminate",
        retryable: false,
        failed: "the scheduled change",
        cause: { code: "conflict", message: GOING_TO_END },
      });
      const { cancelsAt, currentPeriodEnd, scheduledChange } = await billing.getSubscription(subscriptionId);
      expect(cancelsAt).toEqual(currentPeriodEnd);
      expect(scheduledChange).toBeNull();
    },
  );

  it("keeps the quantity that another call has set before its first write", async ({
    world,
    acme,
    billing,
  }) => {
    const { subscriptionId, otherPriceId: priceId } = acme;
    const overtaken = overtakenBy(world, () => billing.updateSubscription(subscriptionId, { quantity: 7 }));
    await overtaken.updateSubscription(subscriptionId, { priceId, when: "period_end" });
    const { items, scheduledChange } = await billing.getSubscription(subscriptionId);
    expect(items).toMatchObject([{ price: { id: acme.priceId }, quantity: 7 }]);
    expect(scheduledChange).toMatchObject({ items: [{ priceId, quantity: 7 }] });
  });

  it("does not replace what was scheduled, once that was dropped by a cancellation", async ({
    world,
    acme: { subscriptionId },
    billing,
  }) => {
    await billing.updateSubscription(subscriptionId, SCHEDULED);
    const overtaken = overtakenBy(world, () => billing.cancelSubscription(subscriptionId));
    const change = { ...SCHEDULED, quantity: 3 };
    await expect(overtaken.updateSubscription(subscriptionId, change)).rejects.toMatchObject({
      code: "conflict",
      message: GOING_TO_END,
    });
  });

  it("is not scheduled beside another one, whose schedule the conflict names", async ({
    world,
    acme: { subscriptionId },
    billing,
  }) => {
    const overtaken = overtakenBy(world, () => billing.updateSubscription(subscriptionId, SCHEDULED));
    const refusal: unknown = await overtaken
      .updateSubscription(subscriptionId, { quantity: 3, when: "period_end" })
      .catch((error: unknown) => error);
    const { schedule } = await world.stripe.subscriptions.retrieve(subscriptionId);
    expect(refusal).toMatchObject({ code: "conflict", conflictingId: schedule });
  });

  it("says that the subscription has ended", async ({ world, acme: { subscriptionId }, billing }) => {
    await billing.pauseSubscription(subscriptionId, { pause: "subscription" });
    const overtaken = overtakenBy(world, () => billing.cancelSubscription(subscriptionId, { when: "now" }));
    await expect(overtaken.unpauseSubscription(subscriptionId)).rejects.toMatchObject({
      code: "conflict",
      message: HAS_ENDED,
    });
  });

  it.for<readonly [string, (billing: StripeBillingService, subscriptionId: string) => Promise<unknown>]>([
    ["an update", (billing, id) => billing.updateSubscription(id, { quantity: 3 })],
    ["a change to schedule", (billing, id) => billing.updateSubscription(id, SCHEDULED)],
    ["a pause of collection", (billing, id) => billing.pauseSubscription(id)],
    ["a pause", (billing, id) => billing.pauseSubscription(id, { pause: "subscription" })],
  ])("says that the subscription has ended, of %s", async ([, call], { world, acme, billing }) => {
    const { subscriptionId } = acme;
    const overtaken = overtakenBy(world, () => billing.cancelSubscription(subscriptionId, { when: "now" }));
    await expect(call(overtaken, subscriptionId)).rejects.toMatchObject({
      code: "conflict",
      message: HAS_ENDED,
    });
  });

  it("pauses no subscription for which a change was scheduled", async ({
    world,
    acme: { subscriptionId },
    billing,
  }) => {
    const overtaken = overtakenBy(world, () => billing.updateSubscription(subscriptionId, SCHEDULED));
    const pausing = overtaken.pauseSubscription(subscriptionId, { pause: "subscription" });
    await expect(pausing).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("schedule"),
    });
  });
});

describe("a call that another one like it has overtaken succeeds", () => {
  it("to pause", async ({ world, acme: { subscriptionId }, billing }) => {
    const pause = (service: StripeBillingService) =>
      service.pauseSubscription(subscriptionId, { pause: "subscription" });
    expect((await pause(overtakenBy(world, () => pause(billing)))).status).toBe("paused");
  });

  it("to end a pause", async ({ world, acme: { subscriptionId }, billing }) => {
    await billing.pauseSubscription(subscriptionId, { pause: "subscription" });
    const overtaken = overtakenBy(world, () => billing.unpauseSubscription(subscriptionId));
    expect((await overtaken.unpauseSubscription(subscriptionId)).status).toBe("active");
  });

  it("to drop what is scheduled", async ({ world, acme: { subscriptionId }, billing }) => {
    await billing.updateSubscription(subscriptionId, SCHEDULED);
    const drop = (service: StripeBillingService) =>
      service.updateSubscription(subscriptionId, { scheduledChange: null });
    expect((await drop(overtakenBy(world, () => drop(billing)))).scheduledChange).toBeNull();
  });

  it("to cancel what has a change scheduled", async ({ world, acme: { subscriptionId }, billing }) => {
    await billing.updateSubscription(subscriptionId, SCHEDULED);
    // Its first write is refused because of the schedule, and the second is to release that.
    const overtaken = overtakenBy(world, () => billing.cancelSubscription(subscriptionId), 2);
    const { cancelsAt, currentPeriodEnd } = await overtaken.cancelSubscription(subscriptionId);
    expect(cancelsAt).toEqual(currentPeriodEnd);
  });
});
