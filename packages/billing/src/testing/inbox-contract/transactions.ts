import assert from "node:assert/strict";
import { aDelivery } from "./deliveries.js";
import { settled } from "./settled.js";
import type { Promises, StoreUnderTest } from "./store-under-test.js";
import { mustNotRun } from "./work.js";

/** Promises of a store that commits what the work writes through `tx` together with the result. */
export const TRANSACTIONS: Promises = {
  async "commits what the work wrote with its result, once"({ inbox, peer, effects }) {
    const { write, count } = effects();
    const result = await inbox.process(aDelivery("evt_1"), async ({ tx }) => write(tx, "evt_1"));
    assert.equal(result.status, "handled");
    assert.equal(await count("evt_1"), 1);
    assert.deepEqual(await peer.process(aDelivery("evt_1"), mustNotRun), { status: "duplicate" });
    assert.equal(await count("evt_1"), 1);
  },

  async "commits nothing that was written by work that threw"({ inbox, peer, effects }) {
    const { write, count } = effects();
    const failed = await inbox.process(aDelivery("evt_1"), async ({ tx }) => {
      await write(tx, "evt_1");
      throw new Error("after writing");
    });
    assert.equal(failed.status, "failed");
    assert.equal(await count("evt_1"), 0);
    await peer.process(aDelivery("evt_1"), async ({ tx }) => write(tx, "evt_1"));
    assert.equal(await count("evt_1"), 1);
  },
};

/** What the work writes happens once while the link to the store fails. */
export const TRANSACTION_FAULTS: Promises = {
  async "commits what the work wrote once when the answer to the commit is lost"(store) {
    await proveOnce(store, () => store.faults().loseNextAnswer());
  },

  async "commits nothing that the work wrote when its result cannot be recorded"(store) {
    await proveOnce(store, () => store.faults().failNextWrite());
  },
};

/** A holder that was stopped past its lease writes nothing. */
export const TRANSACTION_LEASES: Promises = {
  async "commits nothing that was written by a holder that lost its claim"(store) {
    const { inbox, peer, expireClaims } = store;
    const { write, count } = store.effects();
    const result = await inbox.process(aDelivery("evt_1"), async ({ tx }) => {
      await expireClaims();
      const successor = await peer.process(aDelivery("evt_1"), async (claim) => write(claim.tx, "evt_1"));
      assert.equal(successor.status, "handled");
      await write(tx, "evt_1");
    });
    assert.notEqual(result.status, "failed");
    assert.equal(await count("evt_1"), 1);
  },
};

/** Breaks the link after the work has written, and delivers again. */
async function proveOnce({ inbox, peer, effects, expireClaims }: StoreUnderTest, fault: () => void) {
  const { write, count } = effects();
  await settled(
    inbox.process(aDelivery("evt_1"), async ({ tx }) => {
      await write(tx, "evt_1");
      fault();
    }),
  );
  const again = () => peer.process(aDelivery("evt_1"), async ({ tx }) => write(tx, "evt_1"));
  if ((await again()).status === "busy") {
    await expireClaims();
    await again();
  }
  assert.equal(await count("evt_1"), 1);
}
