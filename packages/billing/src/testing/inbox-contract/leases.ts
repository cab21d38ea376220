import assert from "node:assert/strict";
import { aDelivery } from "./deliveries.js";
import type { Promises } from "./store-under-test.js";
import { begins, done, mustNotRun, PausedWork, useUpAttempts } from "./work.js";

/** Promises of a store whose claims end by themselves when their holder is stopped. */
export const LEASES: Promises = {
  async "lets a claim be taken over once its lease has run out, and refuses what its holder settles late"(
    store,
  ) {
    const { inbox, peer, expireClaims } = store;
    for (const late of ["finish", "fail"] as const) {
      const delivery = aDelivery(`evt_${late}`);
      const stopped = new PausedWork();
      const zombie = inbox.process(delivery, stopped.run);
      await begins(stopped, zombie);
      await expireClaims();
      const successor = new PausedWork();
      const takeover = peer.process(delivery, successor.run);
      await begins(successor, takeover);
      stopped[late]();
      assert.deepEqual(await zombie, { status: "busy" });
      assert.deepEqual(await inbox.process(delivery, mustNotRun), { status: "busy" });
      successor.finish();
      assert.deepEqual(await takeover, { status: "handled", attempt: 2, value: undefined });
      assert.deepEqual(await inbox.process(delivery, mustNotRun), { status: "duplicate" });
    }
  },

  async "counts an attempt whose holder was stopped"({ inbox, peer, expireClaims }) {
    const delivery = aDelivery("evt_1");
    const stopped: PausedWork[] = [];
    const late: Promise<unknown>[] = [];
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const work = new PausedWork();
      stopped.push(work);
      const running = inbox.process(delivery, work.run);
      late.push(running);
      await begins(work, running);
      await expireClaims();
    }
    assert.deepEqual(await peer.process(delivery, mustNotRun), { status: "dead", attempt: 3 });
    for (const work of stopped) work.finish();
    for (const outcome of await Promise.all(late)) assert.deepEqual(outcome, { status: "busy" });
    assert.equal((await peer.listDead()).length, 1);
  },

  async "does not take a claim over early in a process whose clock is ahead"({ inbox, peer }) {
    const work = new PausedWork();
    const holding = inbox.process(aDelivery("evt_1"), work.run);
    await begins(work, holding);
    const rightNow = Date.now;
    Date.now = () => rightNow() + 3_600_000;
    try {
      assert.deepEqual(await peer.process(aDelivery("evt_1"), mustNotRun), { status: "busy" });
    } finally {
      Date.now = rightNow;
    }
    work.finish();
    assert.equal((await holding).status, "handled");
  },
};

/** Promises of a store with leases whose deliveries are taken up from the store. */
export const STORED_LEASES: Promises = {
  async "takes up a delivery again whose holder was stopped"({ durable, expireClaims }) {
    const { inbox, peer } = durable();
    await inbox.store(aDelivery("evt_stored"));
    const fromStore = new PausedWork();
    const taking = inbox.processNext(fromStore.run);
    await begins(fromStore, taking);
    const delivered = new PausedWork();
    const processing = inbox.process(aDelivery("evt_delivered"), delivered.run);
    await begins(delivered, processing);
    assert.equal(await peer.processNext(mustNotRun), undefined);
    await expireClaims();
    const taken = [await peer.processNext(done), await peer.processNext(done)];
    const ids = new Set(taken.map((one) => one?.delivery.key.eventId));
    assert.deepEqual(ids, new Set(["evt_delivered", "evt_stored"]));
    for (const one of taken) {
      assert.deepEqual(one?.result, { status: "handled", attempt: 2, value: undefined });
    }
    fromStore.finish();
    delivered.finish();
    assert.deepEqual((await taking)?.result, { status: "busy" });
    assert.deepEqual(await processing, { status: "busy" });
  },

  async "leaves a delivery dead whose holders were all stopped"({ durable, expireClaims }) {
    const { inbox, peer } = durable();
    await inbox.store(aDelivery("evt_1"));
    const late: Promise<unknown>[] = [];
    const stopped: PausedWork[] = [];
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const work = new PausedWork();
      stopped.push(work);
      const running = inbox.processNext(work.run);
      late.push(running);
      await begins(work, running);
      await expireClaims();
    }
    // What became of it is told to whoever comes next: as nothing to do, or as a delivery that died.
    const next = await peer.processNext(mustNotRun);
    assert.ok(next === undefined || next.result.status === "dead");
    assert.deepEqual(await peer.store(aDelivery("evt_1")), { status: "dead" });
    assert.equal((await peer.listDead()).length, 1);
    for (const work of stopped) work.finish();
    await Promise.all(late);
    assert.equal((await peer.listDead()).length, 1);
  },

  async "releases a dead delivery whose holder was stopped, and refuses what the holder settles late"(store) {
    const { inbox, peer } = store.durable();
    const delivery = aDelivery("evt_1");
    await useUpAttempts(inbox, delivery);
    const stopped = new PausedWork();
    const zombie = inbox.requeue(delivery.key, stopped.run);
    await begins(stopped, zombie);
    await store.expireClaims();
    assert.equal(await peer.release(delivery.key), true);
    stopped.fail();
    assert.deepEqual(await zombie, { status: "busy" });
    assert.deepEqual(await peer.listDead(), []);
    const taken = await peer.processNext(done);
    assert.deepEqual(taken?.result, { status: "handled", attempt: 1, value: undefined });
  },
};

/** Promises of a store with leases about deliveries of the same Stripe object. */
export const OBJECT_LEASES: Promises = {
  async "frees the object of a stopped holder too, and refuses what the holder settles late"(store) {
    const { inbox, peer, expireClaims } = store;
    const stopped = new PausedWork();
    const zombie = inbox.process(aDelivery("evt_1", { objectId: "cus_1" }), stopped.run);
    await begins(stopped, zombie);
    await expireClaims();
    const next = aDelivery("evt_2", { objectId: "cus_1" });
    assert.equal((await peer.process(next, done)).status, "handled");
    stopped.finish();
    assert.deepEqual(await zombie, { status: "busy" });
    assert.equal((await peer.process(aDelivery("evt_1", { objectId: "cus_1" }), done)).status, "handled");
  },
};
