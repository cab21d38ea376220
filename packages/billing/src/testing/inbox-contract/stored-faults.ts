import assert from "node:assert/strict";
import { aDelivery } from "./deliveries.js";
import { settled } from "./settled.js";
import type { Promises } from "./store-under-test.js";
import { done, mustNotRun } from "./work.js";

/** Promises about stored deliveries that hold while the link to the store fails. */
export const STORED_FAULTS: Promises = {
  async "acknowledges a delivery only when it was stored"({ durable, reopen, faults }) {
    const { inbox } = durable();
    faults().failNextWrite();
    const stored = await settled(inbox.store(aDelivery("evt_1")));
    const taken = await (await reopen()).processNext(done);
    assert.equal(taken?.result.status, stored === undefined ? undefined : "handled");
    // The store works again.
    assert.deepEqual(await inbox.store(aDelivery("evt_2")), { status: "stored" });
  },

  async "stores a delivery once when the answer was lost and it came again"({ durable, faults }) {
    const { inbox, peer } = durable();
    faults().loseNextAnswer();
    await settled(inbox.store(aDelivery("evt_1")));
    assert.deepEqual(await peer.store(aDelivery("evt_1")), { status: "stored" });
    assert.equal((await peer.processNext(done))?.result.status, "handled");
    assert.equal(await inbox.processNext(mustNotRun), undefined);
  },
};
