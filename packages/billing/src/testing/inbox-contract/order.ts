import assert from "node:assert/strict";
import type { Claim, WebhookInbox } from "../../webhooks/inbox/inbox.js";
import { aDelivery, CREATED_AT_SECONDS } from "./deliveries.js";
import { settled } from "./settled.js";
import type { Promises } from "./store-under-test.js";
import { begins, done, failWith, mustNotRun, PausedWork, pause, useUpAttempts } from "./work.js";

const objectId = "cus_shared";

/** Promises of every store about deliveries of the same Stripe object. */
export const ORDER: Promises = {
  async "lets a delivery wait while another of its object is at work"({ inbox, peer }) {
    const [first, second] = [new PausedWork(), new PausedWork()];
    const handling = inbox.process(aDelivery("evt_1", { objectId }), first.run);
    await begins(first, handling);
    const waiting = peer.process(aDelivery("evt_2", { objectId }), second.run);
    await pause(50);
    assert.equal(second.hasStarted, false);
    first.finish();
    await second.started;
    second.finish();
    assert.equal((await handling).status, "handled");
    assert.equal((await waiting).status, "handled");
  },

  async "handles different objects at once, as well as the same id in another account or mode"({
    inbox,
    peer,
  }) {
    const work = new PausedWork();
    const handling = inbox.process(aDelivery("evt_1", { objectId }), work.run);
    await begins(work, handling);
    for (const source of [{}, { account: "acct_1", objectId }, { livemode: true, objectId }]) {
      assert.equal((await peer.process(aDelivery("evt_2", source), done)).status, "handled");
    }
    work.finish();
    await handling;
  },

  async "never runs two of many deliveries of an object at once"({ inbox, peer }) {
    let running = 0;
    let most = 0;
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        (index % 2 === 0 ? inbox : peer).process(aDelivery(`evt_${index}`, { objectId }), async () => {
          running += 1;
          most = Math.max(most, running);
          await pause();
          running -= 1;
        }),
      ),
    );
    assert.equal(most, 1);
    assert.deepEqual(new Set(results.map(({ status }) => status)), new Set(["handled"]));
  },

  async "lets the next delivery of an object through after one that failed"({ inbox, peer }) {
    await inbox.process(aDelivery("evt_1", { objectId }), failWith(new Error("once")));
    assert.equal((await peer.process(aDelivery("evt_2", { objectId }), done)).status, "handled");
    assert.equal((await inbox.process(aDelivery("evt_1", { objectId }), done)).status, "handled");
  },

  async "stops waiting for an object when the caller gives up"({ inbox, peer }) {
    const work = new PausedWork();
    const handling = inbox.process(aDelivery("evt_1", { objectId }), work.run);
    await begins(work, handling);
    const second = aDelivery("evt_2", { objectId });
    const waiting = peer.process(second, mustNotRun, { signal: AbortSignal.timeout(20) });
    // Stores may also reject with the signal's reason.
    assert.equal((await settled(waiting))?.status ?? "busy", "busy");
    work.finish();
    await handling;
    const after = await peer.process(second, done);
    assert.deepEqual(after, { status: "handled", attempt: 1, value: undefined });
  },

  async "tells the work when the newest event handled before was created, and runs older ones too"({
    inbox,
    peer,
  }) {
    const at = (createdAtSeconds: number) => ({ objectId, createdAtSeconds });
    const [earlier, later] = [CREATED_AT_SECONDS, CREATED_AT_SECONDS + 10];
    assert.equal(await newestAt(inbox, "evt_first", at(earlier)), undefined);
    assert.equal(await newestAt(peer, "evt_later", at(later)), earlier * 1000);
    assert.equal(await newestAt(inbox, "evt_same_second", at(later)), later * 1000);
    assert.equal(await newestAt(peer, "evt_older", at(earlier)), later * 1000);
    assert.equal(await newestAt(peer, "evt_after_older", at(later)), later * 1000);
    assert.equal(await newestAt(inbox, "evt_elsewhere", { ...at(later), account: "acct_1" }), undefined);
  },

  async "handles the events of an object whatever its id is"({ inbox, peer }) {
    // Nothing in it can be compressed.
    const long = Array.from({ length: 800 }, (_, index) =>
      Math.imul(index + 1, 0x9e3779b1).toString(36),
    ).join("");
    const ids = ["Gold plan (1)", "50% off\n'; --", "プラン", "live:acct_1:a b", "a\0b", long];
    for (const [index, objectId] of ids.entries()) {
      const at = { objectId, createdAtSeconds: CREATED_AT_SECONDS };
      assert.equal(await newestAt(inbox, `evt_first_${index}`, at), undefined);
      assert.equal(await newestAt(peer, `evt_second_${index}`, at), CREATED_AT_SECONDS * 1000);
    }
  },

  async "tells the work as of when one before it saw the object, if it said so and did not fail"({
    inbox,
    peer,
  }) {
    const seenAtMs = CREATED_AT_SECONDS * 1000 + 5_000;
    const see = async (claim: Claim<unknown>) => claim.sawObjectAt(seenAtMs);
    const fail = async (claim: Claim<unknown>) => {
      claim.sawObjectAt(seenAtMs + 5_000);
      throw new Error("after it saw the object");
    };
    await inbox.process(aDelivery("evt_failed", { objectId }), fail);
    await inbox.process(aDelivery("evt_seen", { objectId }), see);
    assert.equal(await newestAt(peer, "evt_next", { objectId }), seenAtMs);
    const later = { objectId, createdAtSeconds: CREATED_AT_SECONDS + 10 };
    await inbox.process(aDelivery("evt_later", later), see);
    assert.equal(await newestAt(peer, "evt_last", { objectId }), CREATED_AT_SECONDS * 1000 + 10_000);
  },

  async "tells a delivery that waited about the event that it waited for"({ inbox, peer }) {
    const work = new PausedWork();
    const handling = inbox.process(aDelivery("evt_1", { objectId }), work.run);
    await begins(work, handling);
    const older = { objectId, createdAtSeconds: CREATED_AT_SECONDS - 10 };
    const waiting = newestAt(peer, "evt_2", older);
    await pause(20);
    work.finish();
    assert.equal((await handling).status, "handled");
    assert.equal(await waiting, CREATED_AT_SECONDS * 1000);
  },

  async "counts no event as handled whose work failed, and tells a requeued one too"({ inbox, peer }) {
    const delivery = aDelivery("evt_dead", { objectId, createdAtSeconds: CREATED_AT_SECONDS + 10 });
    await useUpAttempts(inbox, delivery);
    assert.equal(await newestAt(peer, "evt_1", { objectId }), undefined);
    let newest: number | undefined;
    await peer.requeue(delivery.key, async (claim) => {
      newest = claim.newestHandledAtMs;
    });
    assert.equal(newest, CREATED_AT_SECONDS * 1000);
    assert.equal(await newestAt(peer, "evt_2", { objectId }), delivery.createdAtMs);
  },

  async "tells nothing newer to events without an object"({ inbox }) {
    const { objectId: _, ...first } = aDelivery("evt_1");
    const { objectId: __, ...second } = aDelivery("evt_2");
    await inbox.process(first, done);
    let claim: Claim<unknown> | undefined;
    const work = new PausedWork();
    const handling = inbox.process(second, (given) => {
      claim = given;
      return work.run();
    });
    await work.started;
    const { objectId: ___, ...third } = aDelivery("evt_3");
    assert.equal((await inbox.process(third, done)).status, "handled");
    work.finish();
    await handling;
    assert.equal(claim?.newestHandledAtMs, undefined);
  },
};

/** Handles a delivery, and resolves to what its claim said of the newest event before it. */
async function newestAt(
  inbox: WebhookInbox<unknown>,
  id: string,
  source: Parameters<typeof aDelivery>[1],
): Promise<number | undefined> {
  const result = await inbox.process(aDelivery(id, source), async (claim) => claim.newestHandledAtMs);
  assert.equal(result.status, "handled");
  return result.value;
}
