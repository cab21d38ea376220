import { describe, expect, test } from "vitest";
import {
  type DeliveryKey,
  type DurableInbox,
  deliveryId,
  deliveryIdPrefix,
  isDurable,
  parseDeliveryId,
  toDelivery,
  toIdempotencyKey,
} from "../../../src/webhooks/inbox/inbox.js";
import { memoryInbox } from "../../../src/webhooks/inbox/memory.js";
import { parseEventBody } from "../../../src/webhooks/verification/parse-event.js";
import { NOW_SECONDS, thinBody } from "../signed-delivery.js";
import { deliveryOf } from "./delivery-of.js";

describe("an inbox", () => {
  const refuse = () => Promise.reject(new Error("not used"));
  const durable: DurableInbox<undefined> = {
    ...memoryInbox(),
    store: refuse,
    processNext: refuse,
    find: refuse,
    waitForDue: refuse,
    release: refuse,
  };

  test("is durable when it has all that a durable one does more", () => {
    expect(isDurable(durable)).toBe(true);
    expect(isDurable(memoryInbox())).toBe(false);
  });

  test.each(["store", "processNext", "find", "waitForDue", "release"])(
    "is not durable without %s",
    (method) => {
      expect(isDurable(Object.assign({ ...durable }, { [method]: "not a function" }))).toBe(false);
    },
  );
});

describe("a delivery", () => {
  const of = (body: string) => toDelivery({ event: parseEventBody(body), body });
  const about = (object: object) => deliveryOf("evt_1", { data: { object } });

  test("of a thin event is that of its snapshot, or its own where there is none", () => {
    expect(of(thinBody()).key).toEqual({ eventId: "evt_1", livemode: false });
    expect(of(thinBody({ snapshot_event: undefined })).key.eventId).toBe("evt_test_65");
  });

  test("is about the event's object", () => {
    expect(about({ object: "invoice", id: "in_1" }).objectId).toBe("in_1");
  });

  test("of a summary of entitlements is about its customer's entitlements", () => {
    const summary = { object: "entitlements.active_entitlement_summary", customer: "cus_acme" };
    expect(about(summary).objectId).toBe("entitlements/cus_acme");
  });

  test("of an object without an id is about none", () => {
    const { body, ...delivery } = about({ object: "balance" });
    expect(JSON.parse(body)).toMatchObject({ id: "evt_1" });
    expect(delivery).toStrictEqual({
      key: { eventId: "evt_1", livemode: false },
      eventType: "customer.subscription.updated",
      createdAtMs: NOW_SECONDS * 1000,
    });
  });

  test("of a plan whose id is too long for an index, or has a null character, is about what can be stored", () => {
    expect(about({ object: "plan", id: `gold\0${"x".repeat(300)}` }).objectId).toBe(`gold${"x".repeat(251)}`);
  });
});

describe("the id of a delivery", () => {
  test.each<[DeliveryKey, string]>([
    [{ eventId: "evt_1", livemode: false }, "test::evt_1"],
    [{ eventId: "evt_1", livemode: true }, "live::evt_1"],
    [{ eventId: "evt_1", livemode: true, account: "acct_1" }, "live:acct_1:evt_1"],
  ])("of %o is %s, and is read back", (key, id) => {
    expect(deliveryId(key)).toBe(id);
    expect(parseDeliveryId(id)).toStrictEqual(key);
  });

  test("that lacks parts names no event and no account", () => {
    expect(parseDeliveryId("live")).toStrictEqual({ eventId: "", livemode: true });
  });

  test("begins with its mode", () => {
    expect([true, false, undefined].map(deliveryIdPrefix)).toEqual(["live:", "test:", ""]);
  });
});

test("the key that handlers pass on names the account, where the event has one", () => {
  expect(toIdempotencyKey({ eventId: "evt_1", livemode: true })).toBe("evt_1");
  expect(toIdempotencyKey({ eventId: "evt_1", livemode: true, account: "acct_1" })).toBe("acct_1:evt_1");
});
