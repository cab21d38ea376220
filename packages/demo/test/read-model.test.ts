import type { Subscription } from "@repo/billing";
import { describe, expect, it } from "vitest";
import { ReadModel } from "../src/read-model.js";

describe("the read model", () => {
  it("keeps what the read that began last saw, in whatever order the reads end", () => {
    const readModel = new ReadModel();
    readModel.save("acme", aSubscription("active"), 2);
    readModel.save("acme", aSubscription("past_due"), 1);
    expect(statuses(readModel)).toEqual(["active"]);
    readModel.save("acme", aSubscription("canceled"), 3);
    expect(statuses(readModel)).toEqual(["canceled"]);
  });

  it("calls back after each change of the watched tenant, until that is stopped", () => {
    const readModel = new ReadModel();
    let calls = 0;
    const stop = readModel.watchers("acme").watch(() => {
      calls += 1;
    });
    readModel.save("acme", aSubscription("active"), 1);
    readModel.save("globex", aSubscription("active"), 1);
    expect(calls).toBe(1);
    stop();
    readModel.note("acme", anEvent("customer.subscription.updated"));
    expect(calls).toBe(1);
  });

  it("remembers only the latest activity", () => {
    const readModel = new ReadModel();
    for (let n = 1; n <= 20; n += 1) readModel.note("acme", anEvent(`event.${n}`));
    const { activity } = readModel.get("acme");
    expect(activity).toHaveLength(8);
    expect(activity[0]).toMatchObject({ eventType: "event.20" });
  });
});

function statuses(readModel: ReadModel): string[] {
  return readModel.get("acme").subscriptions.map(({ status }) => status);
}

function anEvent(eventType: string) {
  return { eventType, before: undefined, subscription: aSubscription("active") };
}

function aSubscription(status: Subscription["status"]): Subscription {
  return {
    id: "sub_1",
    customerId: "cus_1",
    status,
    items: [],
    currentPeriodStart: null,
    currentPeriodEnd: null,
    cancelsAt: null,
    canceledAt: null,
    endedAt: null,
    trialEndsAt: null,
    cancellation: { reason: null, feedback: null, comment: null },
    scheduledChange: null,
    collectionPause: null,
    pendingUpdateExpiresAt: null,
    defaultPaymentMethodId: null,
    discountIds: [],
    metadata: {},
    createdAt: new Date(0),
    livemode: false,
    testClockId: null,
  };
}
