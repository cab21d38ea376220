import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ConfigurationError } from "../../../../src/errors.js";
import { retryPauseMs } from "../../../../src/webhooks/inbox/leased/retry-pause.js";
import { type LeaseOptions, toLeaseSettings } from "../../../../src/webhooks/inbox/leased/settings.js";
import { Waiters } from "../../../../src/webhooks/inbox/leased/waiters.js";

test("the pause after a failed attempt doubles from five seconds to six hours, and 20 attempts take two days", () => {
  expect([1, 2, 3, 13, 14, 20].map(retryPauseMs)).toEqual([
    5_000, 10_000, 20_000, 20_480_000, 21_600_000, 21_600_000,
  ]);
  const total = Array.from({ length: 19 }, (_, index) => retryPauseMs(index + 1)).reduce(
    (sum, ms) => sum + ms,
  );
  expect(total / 86_400_000).toBeCloseTo(2, 0);
});

describe("a lease", () => {
  test("lasts 30 seconds where nothing else is said, and its delivery is remembered for 35 days", () => {
    expect(toLeaseSettings({})).toEqual({
      leaseMs: 30_000,
      maxAttempts: 20,
      retentionMs: 35 * 86_400_000,
      objectWaitMs: 5_000,
    });
  });

  test.each<[LeaseOptions, object]>([
    [
      { leaseSeconds: 0.05, objectWaitSeconds: 0 },
      { leaseMs: 50, objectWaitMs: 0 },
    ],
    [
      { leaseSeconds: 86_400, objectWaitSeconds: 3_600 },
      { leaseMs: 86_400_000, objectWaitMs: 3_600_000 },
    ],
    [{ leaseSeconds: 0.0505 }, { leaseMs: 51 }],
    [
      { maxAttempts: 1, retentionDays: 3_650 },
      { maxAttempts: 1, retentionMs: 3_650 * 86_400_000 },
    ],
  ])("may have the limits themselves: %o", (options, settings) => {
    expect(toLeaseSettings(options)).toMatchObject(settings);
  });

  test.each<[object, string]>([
    [{ leaseSeconds: 0.049 }, "leaseSeconds must be a number from 0.05 to 86400."],
    [{ leaseSeconds: 86_401 }, "leaseSeconds must be a number from 0.05 to 86400."],
    [{ leaseSeconds: "30" }, "leaseSeconds must be a number from 0.05 to 86400."],
    [{ leaseSeconds: Number.NaN }, "leaseSeconds must be a number from 0.05 to 86400."],
    [{ objectWaitSeconds: -1 }, "objectWaitSeconds must be a number from 0 to 3600."],
    [{ objectWaitSeconds: 3_601 }, "objectWaitSeconds must be a number from 0 to 3600."],
    [{ maxAttempts: 0 }, "maxAttempts must be a whole number from 1 to 1000000."],
    [{ maxAttempts: 1_000_001 }, "maxAttempts must be a whole number from 1 to 1000000."],
    [{ retentionDays: 34 }, "retentionDays must be a whole number from 35 to 3650."],
    [{ retentionDays: 3_651 }, "retentionDays must be a whole number from 35 to 3650."],
  ])("is refused with %o, and says what is right", (options, words) => {
    expect(() => toLeaseSettings(options)).toThrow(new ConfigurationError(words));
  });
});

describe("who waits", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("waits for the time that was said, and leaves no timer", async () => {
    const ended = vi.fn();
    void new Waiters().wait(100).then(ended);
    await vi.advanceTimersByTimeAsync(99);
    expect(ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(ended).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("is woken together with all others, and never again", async () => {
    const waiters = new Waiters();
    const waiting = Promise.all([waiters.wait(60_000), waiters.wait(60_000)]);
    waiters.wakeAll();
    await waiting;
    expect(vi.getTimerCount()).toBe(0);
    const next = vi.fn();
    void waiters.wait(60_000).then(next);
    await vi.advanceTimersByTimeAsync(0);
    expect(next).not.toHaveBeenCalled();
    waiters.wakeAll();
    await vi.advanceTimersByTimeAsync(0);
    expect(next).toHaveBeenCalledTimes(1);
  });

  test("goes when the signal aborts, before or meanwhile, and leaves no listener", async () => {
    const waiters = new Waiters();
    const stop = new AbortController();
    const added = vi.spyOn(stop.signal, "addEventListener");
    const removed = vi.spyOn(stop.signal, "removeEventListener");
    await Promise.all([waiters.wait(60_000, stop.signal), Promise.resolve().then(() => waiters.wakeAll())]);
    expect(removed.mock.calls).toEqual(added.mock.calls.map(([type, listener]) => [type, listener]));
    const waiting = waiters.wait(60_000, stop.signal);
    stop.abort();
    await waiting;
    await waiters.wait(60_000, stop.signal);
    expect(vi.getTimerCount()).toBe(0);
  });
});
