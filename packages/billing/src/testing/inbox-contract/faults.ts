import assert from "node:assert/strict";
import type { Delivery, InboxResult } from "../../webhooks/inbox/inbox.js";
import { aDelivery } from "./deliveries.js";
import { settled } from "./settled.js";
import type { Promises, StoreUnderTest } from "./store-under-test.js";
import { failWith, mustNotRun } from "./work.js";

/** Promises that hold while the link to the store fails. */
export const FAULTS: Promises = {
  async "does not run the work again when the answer to its result is lost"(store) {
    let runs = 0;
    const delivery = aDelivery("evt_1");
    await settled(
      store.inbox.process(delivery, async () => {
        runs += 1;
        store.faults().loseNextAnswer();
      }),
    );
    assert.deepEqual(await store.peer.process(delivery, mustNotRun), { status: "duplicate" });
    assert.equal(runs, 1);
  },

  async "acknowledges a result only when it was recorded"(store) {
    const delivery = aDelivery("evt_1");
    let runs = 0;
    const result = await settled(
      store.inbox.process(delivery, async () => {
        runs += 1;
        store.faults().failNextWrite();
      }),
    );
    const again = await processUntilSettled(store, delivery, async () => {
      runs += 1;
    });
    // The store may have repeated the write itself.
    if (result?.status === "handled") assert.deepEqual([again.status, runs], ["duplicate", 1]);
    else assert.deepEqual([again.status, runs], ["handled", 2]);
  },

  async "runs no work under a claim that was not recorded"(store) {
    const delivery = aDelivery("evt_1");
    let runs = 0;
    const work = async () => {
      runs += 1;
    };
    store.faults().failNextWrite();
    const result = await settled(store.inbox.process(delivery, work));
    const again = await processUntilSettled(store, delivery, work);
    assert.equal(again.status, result?.status === "handled" ? "duplicate" : "handled");
    assert.equal(runs, 1);
  },

  async "is not stuck when the answer to a claim is lost"(store) {
    const delivery = aDelivery("evt_1");
    let runs = 0;
    const work = async () => {
      runs += 1;
    };
    store.faults().loseNextAnswer();
    await settled(store.inbox.process(delivery, work));
    await processUntilSettled(store, delivery, work);
    assert.deepEqual(await store.peer.process(delivery, mustNotRun), { status: "duplicate" });
    assert.equal(runs, 1);
  },

  async "loses no delivery whose failure could not be recorded"(store) {
    const delivery = aDelivery("evt_1");
    await settled(
      store.inbox.process(delivery, () => {
        store.faults().failNextWrite();
        return failWith(new Error("the handler's own"))();
      }),
    );
    const again = await processUntilSettled(store, delivery, async () => undefined);
    assert.equal(again.status, "handled");
  },
};

/** Delivers again as Stripe would, once a claim that was left open has run out. */
async function processUntilSettled(
  { peer, expireClaims }: StoreUnderTest,
  delivery: Delivery,
  work: () => Promise<void>,
): Promise<InboxResult<void>> {
  const result = await peer.process(delivery, work);
  if (result.status !== "busy") return result;
  await expireClaims();
  return peer.process(delivery, work);
}
