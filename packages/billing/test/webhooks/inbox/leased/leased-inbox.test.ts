/** What every inbox on leases does with the answers of its store, which is faked here with its clock. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Lease, type LeaseStore, TxError } from "../../../../src/webhooks/inbox/leased/lease-store.js";
import { leasedInbox } from "../../../../src/webhooks/inbox/leased/leased-inbox.js";
import { toLeaseSettings } from "../../../../src/webhooks/inbox/leased/settings.js";
import { deliveryOf } from "../delivery-of.js";

const delivery = deliveryOf("evt_1");
const lease: Lease = { ...delivery, attempt: 1, token: "token-1" };
const done = async () => "done";
const broken = new Error("broken");
const fail = () => Promise.reject(broken);

function open(steps: Partial<LeaseStore<string>>, options: Parameters<typeof toLeaseSettings>[0] = {}) {
  const unused = () => Promise.reject(new Error("This step is not expected."));
  const store: LeaseStore<string> = {
    claim: async () => ({ status: "claimed", lease }),
    claimDead: unused,
    claimNext: unused,
    openTx: () => "tx",
    settle: async () => true,
    store: unused,
    hasDue: unused,
    find: unused,
    release: unused,
    listDead: unused,
    readStats: unused,
    ...steps,
  };
  return leasedInbox(store, toLeaseSettings(options));
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Lets what waits for no timer go on. */
async function settlePromises() {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

describe("a claim", () => {
  test("loses its lease after the time that was set, and its work is told so", async () => {
    let signal: AbortSignal | undefined;
    const settle = vi.fn(async () => false);
    const result = open({ settle }, { leaseSeconds: 0.05 }).process(delivery, (claim) => {
      signal = claim.signal;
      return new Promise((resolve) => setTimeout(resolve, 60));
    });
    await vi.advanceTimersByTimeAsync(49);
    expect(signal?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(signal?.reason).toEqual(new Error("The lease of 50 ms has run out."));
    await vi.advanceTimersByTimeAsync(10);
    expect(await result).toEqual({ status: "busy" });
  });

  test.each([
    [19, "failed"],
    [20, "dead"],
    [21, "dead"],
  ])("that is the %ith attempt of at most 20 and fails leaves its delivery %s", async (attempt, status) => {
    const settle = vi.fn<LeaseStore<string>["settle"]>(async () => true);
    const claimed = { ...lease, attempt };
    const inbox = open({ settle, claimNext: async () => claimed });
    expect(await inbox.processNext(fail)).toEqual({ delivery, result: { status, attempt, error: broken } });
    expect(settle.mock.calls.map(([, settlement]) => settlement.status)).toEqual([status]);
  });

  test("fails with the reason for which what its work left in tx failed", async () => {
    const settle = vi.fn<LeaseStore<string>["settle"]>(async () => true);
    const error = new TxError(broken);
    settle.mockRejectedValueOnce(error);
    expect(await open({ settle }).process(delivery, done)).toEqual({
      status: "failed",
      attempt: 1,
      error: broken,
    });
    expect(error.message).toBe("What the handler wrote through tx failed.");
    expect(error.cause).toBe(broken);
  });

  test("whose end the store could not record rejects with the store's error, and counts no failure", async () => {
    const lost = new Error("read ECONNRESET");
    const settle = vi.fn(() => Promise.reject(lost));
    await expect(open({ settle }).process(delivery, done)).rejects.toBe(lost);
    expect(settle).toHaveBeenCalledTimes(1);
  });

  test("whose failure the store could not record rejects with both errors", async () => {
    const lost = new Error("read ECONNRESET");
    const rejected = await open({ settle: () => Promise.reject(lost) })
      .process(delivery, fail)
      .catch((error: unknown) => error);
    expect(rejected).toBeInstanceOf(AggregateError);
    expect(rejected).toMatchObject({
      message: "The handler failed, and the store could not record it.",
      errors: [broken, lost],
      cause: broken,
    });
  });
});

describe("a delivery whose object is busy", () => {
  /** Answers a few times that the object is busy, and then refuses to be asked in a circle. */
  function busyObject() {
    const claim = vi.fn<LeaseStore<string>["claim"]>(async () => ({ status: "object_busy" }));
    claim.mockImplementation(async () => {
      if (claim.mock.calls.length > 10) throw new Error("The store was asked too often.");
      return { status: "object_busy" };
    });
    return claim;
  }

  test("is claimed anew under one token each tenth of a second until objectWaitSeconds are over", async () => {
    const claim = busyObject();
    const answer = vi.fn();
    void open({ claim }, { objectWaitSeconds: 0.25 }).process(delivery, done).then(answer);
    await vi.advanceTimersByTimeAsync(249);
    expect(claim).toHaveBeenCalledTimes(3);
    expect(answer).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(answer.mock.calls).toEqual([[{ status: "busy" }]]);
    expect(new Set(claim.mock.calls.map(([, token]) => token)).size).toBe(1);
  });

  test("is answered busy at once where objectWaitSeconds is 0", async () => {
    const claim = busyObject();
    const answer = vi.fn();
    const inbox = open({ claim }, { objectWaitSeconds: 0 });
    inbox.process(delivery, done).then(answer, answer);
    await settlePromises();
    expect(answer.mock.calls).toEqual([[{ status: "busy" }]]);
    expect(claim).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("is answered busy when the caller gives up", async () => {
    const claim = busyObject();
    const answer = vi.fn();
    const stop = new AbortController();
    open({ claim }).process(delivery, done, { signal: stop.signal }).then(answer, answer);
    await settlePromises();
    expect(answer).not.toHaveBeenCalled();
    stop.abort();
    await settlePromises();
    expect(answer.mock.calls).toEqual([[{ status: "busy" }]]);
    expect(claim).toHaveBeenCalledTimes(1);
  });
});

describe("who waits for what is due", () => {
  const { signal } = new AbortController();

  test("has the store asked each tenth of a second, and at last when pollMs are over", async () => {
    const hasDue = vi.fn(async () => false);
    const ended = vi.fn();
    void open({ hasDue }).waitForDue({ signal, pollMs: 250, livemode: true }).then(ended);
    await vi.advanceTimersByTimeAsync(249);
    expect(hasDue.mock.calls).toEqual([[true], [true], [true]]);
    expect(ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(hasDue).toHaveBeenCalledTimes(4);
    expect(ended).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("goes at once when something is due, and asks nothing when the signal has aborted", async () => {
    const hasDue = vi.fn(async () => true);
    await open({ hasDue }).waitForDue({ signal, pollMs: 60_000 });
    expect(hasDue).toHaveBeenCalledTimes(1);
    await open({ hasDue }).waitForDue({ signal: AbortSignal.abort(), pollMs: 60_000 });
    expect(hasDue).toHaveBeenCalledTimes(1);
  });

  test.each([
    [true, 2],
    [false, 1],
  ])("looks at once after a dead delivery's release, if it was one: %s", async (isReleased, looks) => {
    const hasDue = vi.fn(async () => false);
    const stop = new AbortController();
    const inbox = open({ hasDue, release: async () => isReleased });
    const waiting = inbox.waitForDue({ signal: stop.signal, pollMs: 60_000 });
    await settlePromises();
    expect(await inbox.release(delivery.key)).toBe(isReleased);
    await settlePromises();
    expect(hasDue).toHaveBeenCalledTimes(looks);
    stop.abort();
    await waiting;
  });
});
