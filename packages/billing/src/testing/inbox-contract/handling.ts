import assert from "node:assert/strict";
import type { Claim } from "../../webhooks/inbox/inbox.js";
import { aDelivery, CREATED_AT_SECONDS } from "./deliveries.js";
import type { Promises } from "./store-under-test.js";
import { begins, done, failWith, mustNotRun, PausedWork, pause, useUpAttempts } from "./work.js";

const GETTER: PropertyDescriptor = {
  get: () => {
    throw new Error("a getter that throws");
  },
};

/** Promises of every store about one delivery. */
export const HANDLING: Promises = {
  async "hands the work the event and the attempt, and returns what the work returns"({ inbox }) {
    const delivery = aDelivery("evt_1");
    let claim: Claim<unknown> | undefined;
    const result = await inbox.process(delivery, async (given) => {
      claim = given;
      return "done";
    });
    assert.deepEqual(result, { status: "handled", attempt: 1, value: "done" });
    assert.deepEqual(claim?.key, delivery.key);
    assert.equal(claim?.body, delivery.body);
    assert.equal(claim?.eventType, delivery.eventType);
    assert.equal(claim?.attempt, 1);
  },

  async "does not call the work again for a delivery that was handled"({ inbox, peer }) {
    await inbox.process(aDelivery("evt_1"), done);
    assert.deepEqual(await inbox.process(aDelivery("evt_1"), mustNotRun), { status: "duplicate" });
    assert.deepEqual(await peer.process(aDelivery("evt_1"), mustNotRun), { status: "duplicate" });
  },

  async "keeps deliveries apart by event, account and mode"({ inbox }) {
    const deliveries = [
      aDelivery("evt_1"),
      aDelivery("evt_2"),
      aDelivery("evt_1", { livemode: true }),
      aDelivery("evt_1", { account: "acct_1" }),
      aDelivery("evt_1", { account: "acct_2" }),
      aDelivery("evt_1", { account: "acct_1", livemode: true }),
    ];
    for (const delivery of deliveries) assert.equal((await inbox.process(delivery, done)).status, "handled");
    for (const delivery of deliveries)
      assert.equal((await inbox.process(delivery, done)).status, "duplicate");
  },

  async "tells a second delivery to come again while the first is at work, and lets others through"({
    inbox,
    peer,
  }) {
    const work = new PausedWork();
    const first = inbox.process(aDelivery("evt_1"), work.run);
    await begins(work, first);
    assert.deepEqual(await inbox.process(aDelivery("evt_1"), mustNotRun), { status: "busy" });
    assert.deepEqual(await peer.process(aDelivery("evt_1"), mustNotRun), { status: "busy" });
    assert.equal((await inbox.process(aDelivery("evt_2"), done)).status, "handled");
    work.finish();
    assert.equal((await first).status, "handled");
    assert.equal((await peer.process(aDelivery("evt_1"), mustNotRun)).status, "duplicate");
  },

  async "lets one of many deliveries at the same moment do the work"({ inbox, peer }) {
    let runs = 0;
    const results = await Promise.all(
      Array.from({ length: 64 }, (_, index) =>
        (index % 2 === 0 ? inbox : peer).process(aDelivery("evt_1"), async () => {
          runs += 1;
          await pause();
        }),
      ),
    );
    assert.equal(runs, 1);
    assert.equal(results.filter(({ status }) => status === "handled").length, 1);
    const others = results.filter(({ status }) => status !== "handled");
    assert.ok(others.every(({ status }) => status === "busy" || status === "duplicate"));
  },

  async "frees the claim of work that threw, and counts the attempt"({ inbox, peer }) {
    const error = new Error("the handler's own");
    const failed = await inbox.process(aDelivery("evt_1"), failWith(error));
    assert.equal(failed.status, "failed");
    assert.equal(failed.attempt, 1);
    assert.equal(failed.error, error);
    assert.deepEqual(await peer.process(aDelivery("evt_1"), done), {
      status: "handled",
      attempt: 2,
      value: undefined,
    });
  },

  async "takes anything thrown as a failure"({ inbox }) {
    const throwing = Object.fromEntries(["code", "cause", "meta", "stack"].map((name) => [name, GETTER]));
    const hostile: unknown = Object.defineProperties({}, throwing);
    for (const [index, thrown] of [undefined, null, "text", 0, Object.freeze({}), hostile].entries()) {
      const result = await inbox.process(aDelivery(`evt_${index}`), failWith(thrown));
      assert.deepEqual(result, { status: "failed", attempt: 1, error: thrown });
    }
  },

  async "is dead after its attempts, keeps the event, and does not run again by itself"({ inbox, peer }) {
    const dead = await useUpAttempts(inbox, aDelivery("evt_1", { account: "acct_1" }));
    assert.equal(dead.status, "dead");
    assert.equal(dead.attempt, 3);
    const again = await peer.process(aDelivery("evt_1", { account: "acct_1" }), mustNotRun);
    assert.deepEqual(again, { status: "dead", attempt: 3 });
    const [listed, ...others] = await peer.listDead();
    assert.deepEqual(others, []);
    assert.deepEqual(listed?.key, { eventId: "evt_1", livemode: false, account: "acct_1" });
    assert.equal(listed?.eventType, "customer.created");
    assert.equal(listed?.attempts, 3);
    assert.ok(listed?.diedAt instanceof Date);
    assert.match(listed?.lastError ?? "", /third/);
  },

  async "requeues a dead delivery with the event as it was stored"({ inbox, peer }) {
    const delivery = aDelivery("evt_1");
    await useUpAttempts(inbox, delivery);
    let body: string | undefined;
    const result = await peer.requeue(delivery.key, async (claim) => {
      body = claim.body;
    });
    assert.deepEqual(result, { status: "handled", attempt: 4, value: undefined });
    assert.equal(body, delivery.body);
    assert.deepEqual(await inbox.listDead(), []);
    assert.deepEqual(await inbox.process(delivery, mustNotRun), { status: "duplicate" });
  },

  async "keeps a requeued delivery dead when its work throws again"({ inbox }) {
    const delivery = aDelivery("evt_1");
    await useUpAttempts(inbox, delivery);
    const error = new Error("still broken");
    assert.deepEqual(await inbox.requeue(delivery.key, failWith(error)), {
      status: "dead",
      attempt: 4,
      error,
    });
    assert.equal((await inbox.listDead()).length, 1);
    assert.equal((await inbox.requeue(delivery.key, done))?.status, "handled");
  },

  async "requeues nothing that is not dead"({ inbox }) {
    await inbox.process(aDelivery("evt_handled"), done);
    await inbox.process(aDelivery("evt_failed"), failWith(new Error("once")));
    for (const id of ["evt_handled", "evt_failed", "evt_unknown"]) {
      assert.equal(await inbox.requeue(aDelivery(id).key, mustNotRun), undefined);
    }
  },

  async "lists the longest dead first, as many as asked for"({ inbox }) {
    for (const id of ["evt_1", "evt_2", "evt_3"]) await useUpAttempts(inbox, aDelivery(id));
    const listed = await inbox.listDead({ limit: 2 });
    assert.deepEqual(
      listed.map(({ key }) => key.eventId),
      ["evt_1", "evt_2"],
    );
  },

  async "counts what is held, waiting and dead, and names the age of the oldest"({ inbox, peer }) {
    await inbox.process(aDelivery("evt_handled"), done);
    assert.deepEqual(await peer.readStats(), { held: 0, waiting: 0, dead: 0 });
    await inbox.process(aDelivery("evt_failed"), failWith(new Error("once")));
    await useUpAttempts(inbox, aDelivery("evt_dead"));
    const work = new PausedWork();
    const holding = inbox.process(aDelivery("evt_held"), work.run);
    await begins(work, holding);
    const oldestAt = new Date(CREATED_AT_SECONDS * 1000);
    assert.deepEqual(await peer.readStats(), { held: 1, waiting: 1, dead: 1, oldestAt });
    work.finish();
    await holding;
  },

  async "does no work for a caller that has given up"({ inbox }) {
    const signal = AbortSignal.abort();
    await assert.rejects(inbox.process(aDelivery("evt_1"), mustNotRun, { signal }));
    assert.deepEqual(await inbox.process(aDelivery("evt_1"), done), {
      status: "handled",
      attempt: 1,
      value: undefined,
    });
  },
};
