import assert from "node:assert/strict";
import type { DurableInbox } from "../../webhooks/inbox/inbox.js";
import { aDelivery } from "./deliveries.js";
import type { Promises, StoreUnderTest } from "./store-under-test.js";
import { begins, done, failWith, mustNotRun, PausedWork, pause, useUpAttempts } from "./work.js";

const DAY_MS = 86_400_000;

/** Promises of a store that outlives its process. */
export const DURABILITY: Promises = {
  async "keeps a stored delivery until any process takes it up"({ durable }) {
    const { inbox, peer } = durable();
    const delivery = aDelivery("evt_1", { account: "acct_1", objectId: "Gold plan: (1)" });
    assert.deepEqual(await inbox.store(delivery), { status: "stored" });
    assert.equal((await peer.readStats()).waiting, 1);
    const taken = await peer.processNext(async (claim) => claim.body);
    assert.deepEqual(taken?.delivery.key, delivery.key);
    assert.equal(taken?.delivery.objectId, delivery.objectId);
    assert.equal(taken?.delivery.createdAtMs, delivery.createdAtMs);
    assert.deepEqual(taken?.result, { status: "handled", attempt: 1, value: delivery.body });
    assert.equal(await inbox.processNext(mustNotRun), undefined);
    assert.deepEqual(await inbox.store(delivery), { status: "duplicate" });
    assert.deepEqual(await inbox.process(delivery, mustNotRun), { status: "duplicate" });
  },

  async "finds a delivery by its key until it is handled"({ durable }) {
    const { inbox, peer } = durable();
    const delivery = aDelivery("evt_1", { account: "acct_1", objectId: "cus_1" });
    assert.equal(await peer.find(delivery.key), undefined);
    await inbox.store(delivery);
    assert.deepEqual(await peer.find(delivery.key), delivery);
    for (const other of [{ account: "acct_2" }, { livemode: !delivery.key.livemode }, { eventId: "evt_2" }]) {
      assert.equal(await peer.find({ ...delivery.key, ...other }), undefined);
    }
    await inbox.process(delivery, failWith(new Error("once")));
    assert.deepEqual(await peer.find(delivery.key), delivery);
    const found = inbox.process(delivery, () => peer.find(delivery.key));
    assert.deepEqual(await found, { status: "handled", attempt: 2, value: delivery });
    assert.equal(await peer.find(delivery.key), undefined);
    const dead = aDelivery("evt_dead");
    await useUpAttempts(inbox, dead);
    assert.deepEqual(await peer.find(dead.key), dead);
  },

  async "stores a delivery once, however often it comes"({ durable }) {
    const { inbox, peer } = durable();
    const stored = await Promise.all(
      Array.from({ length: 8 }, (_, index) => (index % 2 === 0 ? inbox : peer).store(aDelivery("evt_1"))),
    );
    assert.ok(stored.every(({ status }) => status === "stored"));
    await takeUp(inbox);
    assert.equal(await peer.processNext(mustNotRun), undefined);
  },

  async "keeps what it acknowledged when all its processes are killed at once"({ durable, reopen }) {
    const { inbox, peer } = durable();
    const [stored, handled, dead] = [
      aDelivery("evt_stored"),
      aDelivery("evt_handled"),
      aDelivery("evt_dead"),
    ];
    await useUpAttempts(peer, dead);
    await inbox.process(handled, done);
    await inbox.store(stored);
    const reopened = await reopen();
    assert.deepEqual(await reopened.process(handled, mustNotRun), { status: "duplicate" });
    assert.deepEqual(await reopened.process(dead, mustNotRun), { status: "dead", attempt: 3 });
    const taken = await reopened.processNext(async (claim) => claim.body);
    assert.deepEqual(taken?.result, { status: "handled", attempt: 1, value: stored.body });
  },

  async "takes up the delivery that has been due longest"({ durable }) {
    const { inbox, peer } = durable();
    for (const id of ["evt_2", "evt_3", "evt_1"]) {
      await inbox.store(aDelivery(id));
      await pause(5);
    }
    const taken = [await takeUp(peer), await takeUp(inbox), await takeUp(peer)];
    assert.deepEqual(taken, ["evt_2", "evt_3", "evt_1"]);
  },

  async "takes up the deliveries of one mode alone when asked to, and those of both otherwise"({ durable }) {
    const { inbox, peer } = durable();
    for (const id of ["evt_1", "evt_2", "evt_3"]) {
      await inbox.store(aDelivery(id));
      await inbox.store(aDelivery(id, { livemode: true }));
      await pause(5);
    }
    assert.deepEqual(await takeUp(peer, { livemode: true }), "evt_1");
    assert.deepEqual(await takeUp(inbox, { livemode: true }), "evt_2");
    assert.deepEqual(await takeUp(peer, { livemode: false }), "evt_1");
    assert.deepEqual(await takeUp(inbox), "evt_2");
    assert.deepEqual(await takeUp(peer, { livemode: true }), "evt_3");
    assert.equal(await peer.processNext(mustNotRun, { livemode: true }), undefined);
    assert.deepEqual(await takeUp(peer, { livemode: false }), "evt_3");
    assert.equal(await inbox.processNext(mustNotRun), undefined);
  },

  async "takes up each of many deliveries once"({ durable }) {
    const { inbox, peer } = durable();
    const ids = Array.from({ length: 12 }, (_, index) => `evt_${index}`);
    await Promise.all(ids.map((id) => inbox.store(aDelivery(id))));
    const seen: string[] = [];
    const drain = async (from: DurableInbox<unknown>) => {
      while ((await from.processNext(async ({ key }) => void seen.push(key.eventId))) !== undefined);
    };
    await Promise.all([inbox, peer, inbox, peer].map(drain));
    assert.equal(seen.length, ids.length);
    assert.deepEqual(new Set(seen), new Set(ids));
  },

  async "goes past the deliveries of an object that is at work"({ durable }) {
    const { inbox, peer } = durable();
    const work = new PausedWork();
    const handling = inbox.process(aDelivery("evt_1", { objectId: "cus_1" }), work.run);
    await begins(work, handling);
    await inbox.store(aDelivery("evt_2", { objectId: "cus_1" }));
    await pause(5);
    await inbox.store(aDelivery("evt_3"));
    assert.equal(await takeUp(peer), "evt_3");
    work.finish();
    await handling;
    assert.equal(await takeUp(peer), "evt_2");
  },

  async "takes a failed delivery up again after a pause that grows"(store) {
    const { inbox } = store.durable();
    await inbox.store(aDelivery("evt_1"));
    const first = await inbox.processNext(failWith(new Error("first")));
    assert.equal(first?.result.status, "failed");
    assert.equal(await inbox.processNext(mustNotRun), undefined);
    const firstPauseMs = await passPause(store, failWith(new Error("second")));
    const secondPauseMs = await passPause(store, done);
    assert.ok(secondPauseMs > firstPauseMs, `${secondPauseMs} ms after ${firstPauseMs} ms`);
  },

  async "takes up no delivery that is dead, and gives it all its attempts again when released"(store) {
    const { inbox, peer } = store.durable();
    const delivery = aDelivery("evt_1");
    await inbox.store(delivery);
    await inbox.processNext(failWith(new Error("first")));
    await passPause(store, failWith(new Error("second")));
    await passPause(store, failWith(new Error("third")));
    await store.passTime(DAY_MS);
    assert.equal(await peer.processNext(mustNotRun), undefined);
    assert.deepEqual(await peer.store(delivery), { status: "dead" });
    assert.match((await peer.listDead())[0]?.lastError ?? "", /third/);
    assert.equal(await peer.release(delivery.key), true);
    assert.equal(await peer.release(delivery.key), false);
    assert.deepEqual(await inbox.listDead(), []);
    const taken = await inbox.processNext(async ({ attempt, body }) => ({ attempt, body }));
    assert.deepEqual(taken?.result, {
      status: "handled",
      attempt: 1,
      value: { attempt: 1, body: delivery.body },
    });
  },

  async "releases nothing that is not dead"({ durable }) {
    const { inbox } = durable();
    await inbox.process(aDelivery("evt_handled"), done);
    await inbox.process(aDelivery("evt_failed"), failWith(new Error("once")));
    for (const id of ["evt_handled", "evt_failed", "evt_unknown"]) {
      assert.equal(await inbox.release(aDelivery(id).key), false);
    }
  },

  async "releases no dead delivery while it is tried once more, and counts that attempt"({ durable }) {
    const { inbox, peer } = durable();
    const delivery = aDelivery("evt_1");
    await useUpAttempts(inbox, delivery);
    const work = new PausedWork();
    const requeued = inbox.requeue(delivery.key, work.run);
    await begins(work, requeued);
    assert.equal(await peer.release(delivery.key), false);
    work.fail();
    assert.equal((await requeued)?.status, "dead");
    assert.equal((await peer.listDead())[0]?.attempts, 4);
    assert.equal(await peer.release(delivery.key), true);
  },

  async "processes a stored delivery that is delivered again, and one that failed is due by itself"(store) {
    const { inbox, peer } = store.durable();
    await inbox.store(aDelivery("evt_stored"));
    assert.equal((await peer.process(aDelivery("evt_stored"), done)).status, "handled");
    await inbox.process(aDelivery("evt_failed"), failWith(new Error("once")));
    await store.passTime(DAY_MS);
    assert.equal(await takeUp(peer), "evt_failed");
  },

  async "remembers what it handled for 35 days"({ durable, passTime }) {
    const { inbox, peer } = durable();
    await inbox.process(aDelivery("evt_1"), done);
    for (const ms of [300_000, 3 * DAY_MS, 27 * DAY_MS, 5 * DAY_MS - 900_000]) {
      await passTime(ms);
      // Others come and go meanwhile, which is when stores clean up.
      await peer.process(aDelivery(`evt_after_${ms}`), done);
      assert.deepEqual(await peer.process(aDelivery("evt_1"), mustNotRun), { status: "duplicate" });
    }
  },

  async "waits for what is due no longer than asked, and not when it is asked to stop"({ durable }) {
    const { inbox } = durable();
    const signal = new AbortController().signal;
    await within(5_000, inbox.waitForDue({ signal, pollMs: 20 }));
    const stop = new AbortController();
    const waiting = inbox.waitForDue({ signal: stop.signal, pollMs: 60_000 });
    await pause(20);
    stop.abort();
    await within(5_000, waiting);
    await within(5_000, inbox.waitForDue({ signal: stop.signal, pollMs: 60_000 }));
    await inbox.store(aDelivery("evt_1"));
    await within(5_000, inbox.waitForDue({ signal, pollMs: 60_000 }));
  },

  async "keeps no process busy while nothing is due"({ durable }) {
    const { inbox } = durable();
    await inbox.process(aDelivery("evt_1"), done);
    const stop = new AbortController();
    const ended = pause(QUIET_MS).then(() => stop.abort());
    let wakes = 0;
    for (; !stop.signal.aborted && wakes < MOST_WAKES; wakes += 1) {
      await inbox.waitForDue({ signal: stop.signal, pollMs: 60_000 });
    }
    assert.ok(
      wakes < MOST_WAKES,
      `waitForDue resolved ${wakes} times in ${QUIET_MS} ms, and nothing was due`,
    );
    await ended;
  },
};

const QUIET_MS = 300;
/** A store may wake somebody in vain, as to learn whether it can. */
const MOST_WAKES = 10;

/** Promises of a store that wakes the processes that wait for it. */
export const WAKING: Promises = {
  async "stops waiting soon after any process stored a delivery"({ durable }) {
    const { inbox, peer } = durable();
    for (const [index, from] of [inbox, peer].entries()) {
      const waiting = inbox.waitForDue({ signal: new AbortController().signal, pollMs: 60_000 });
      await pause(50);
      await from.store(aDelivery(`evt_${index}`));
      await within(5_000, waiting);
      await takeUp(inbox);
    }
  },
};

/** Handles the next delivery, and resolves to its event's id. */
async function takeUp(
  inbox: DurableInbox<unknown>,
  options?: { readonly livemode: boolean },
): Promise<string | undefined> {
  const taken = await inbox.processNext(done, options);
  assert.equal(taken?.result.status, "handled");
  return taken.delivery.key.eventId;
}

/** Lets time pass until the only delivery is due again, and runs the work; resolves to how long that took, within 10 %. */
async function passPause(
  { durable, passTime }: StoreUnderTest,
  work: () => Promise<unknown>,
): Promise<number> {
  const { inbox } = durable();
  for (let passedMs = 0, nextMs = 100; nextMs < 7 * DAY_MS; nextMs *= 1.1) {
    await passTime(Math.round(nextMs) - passedMs);
    passedMs = Math.round(nextMs);
    if ((await inbox.processNext(work)) !== undefined) return passedMs;
  }
  return assert.fail("a failed delivery was not due within seven days");
}

async function within(ms: number, waiting: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`still waiting after ${ms} ms`)), ms);
  });
  try {
    await Promise.race([waiting, late]);
  } finally {
    clearTimeout(timer);
  }
}
