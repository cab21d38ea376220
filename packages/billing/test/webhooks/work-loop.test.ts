import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Source } from "../../src/webhooks/work.js";
import { toWork } from "../../src/webhooks/work.js";
import { ConfigurationError, type WebhookLogger } from "../../src/webhooks.js";

/** A loop over an inbox that says when it is asked whether something is due. */
function looking({
  waitForDue,
  takeNext = async () => undefined,
}: Partial<Source> & Pick<Source, "waitForDue">) {
  const stop = new AbortController();
  const warn = vi.fn<WebhookLogger["warn"]>();
  const asked: number[] = [];
  const work = toWork({
    takeNext,
    waitForDue: (options) => {
      asked.push(Date.now());
      return waitForDue(options);
    },
    logger: { warn },
  });
  return { stop, warn, asked, run: () => work({ signal: stop.signal }) };
}

const unreachable = () => Promise.reject(new Error("connection refused"));

/** The times between one moment and the next. */
const pauses = (moments: readonly number[]) =>
  moments.slice(1).map((at, index) => at - (moments[index] ?? 0));

describe("while the inbox cannot be reached, work", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  test.each([
    ["half of", 0, [50, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]],
    ["almost all of", 0.998, [99.9, 199.8, 399.6, 799.2, 1_598.4, 3_196.8, 6_393.6, 9_990, 9_990]],
  ])("tries again after %s a pause that doubles, up to ten seconds", async (_, random, expected) => {
    vi.spyOn(Math, "random").mockReturnValue(random);
    const { stop, asked, run } = looking({ waitForDue: unreachable });
    const ended = run();
    await vi.advanceTimersByTimeAsync(60_000);
    stop.abort();
    await ended;
    for (const [index, pause] of pauses(asked).slice(0, expected.length).entries())
      expect(Math.abs(pause - (expected[index] ?? 0))).toBeLessThan(1);
  });

  test("tells it once, with the cause, and again after it was reached", async () => {
    let isUp = false;
    const { stop, warn, run } = looking({
      waitForDue: ({ pollMs }) =>
        isUp ? new Promise((resolve) => setTimeout(resolve, pollMs)) : unreachable(),
    });
    const ended = run();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      "The webhook inbox cannot be reached; work resumes when it can.",
      { stack: expect.stringContaining("connection refused") },
    );
    isUp = true;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(warn).toHaveBeenCalledTimes(1);
    isUp = false;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(warn).toHaveBeenCalledTimes(2);
    stop.abort();
    await ended;
  });

  test("ends at once when it is told to, and leaves no timer behind", async () => {
    const { stop, asked, run } = looking({ waitForDue: unreachable });
    const ended = run();
    await vi.advanceTimersByTimeAsync(30_000);
    const tries = asked.length;
    stop.abort();
    await ended;
    expect(asked).toHaveLength(tries);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("leaves no listener on the signal for the pauses it has made", async () => {
    const { stop, run } = looking({ waitForDue: unreachable });
    const added = vi.spyOn(stop.signal, "addEventListener");
    const removed = vi.spyOn(stop.signal, "removeEventListener");
    const ended = run();
    await vi.advanceTimersByTimeAsync(30_000);
    stop.abort();
    await ended;
    expect(added.mock.calls.length).toBeGreaterThan(5);
    const gone = new Set(removed.mock.calls.map(([, listener]) => listener));
    expect(added.mock.calls.filter(([, listener]) => !gone.has(listener))).toEqual([]);
  });
});

describe("work", () => {
  test("says nothing of an inbox that fails because it was told to end", async () => {
    const { stop, warn, run } = looking({
      waitForDue: () => {
        stop.abort();
        return unreachable();
      },
    });
    await run();
    expect(warn).not.toHaveBeenCalled();
  });

  test("ends with the error of an inbox that was set up wrongly, once its handlers have ended", async () => {
    let finish = () => {};
    const begun = new Promise<void>((resolve) => (finish = resolve));
    let takes = 0;
    const { run } = looking({
      takeNext: async (onClaim) => {
        takes += 1;
        if (takes > 1) throw new ConfigurationError("The tables are missing.");
        onClaim();
        await begun;
        return undefined;
      },
      waitForDue: async () => undefined,
    });
    const ended = vi.fn();
    const running = run().catch(ended);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(ended).not.toHaveBeenCalled();
    finish();
    await running;
    expect(ended).toHaveBeenCalledExactlyOnceWith(expect.any(ConfigurationError));
  });

  test.each<[object, RegExp]>([
    [{ signal: undefined }, /signal must be an AbortSignal/],
    [{ signal: { aborted: true } }, /signal must be an AbortSignal/],
    [{ concurrency: 0 }, /concurrency must be a whole number from 1 to 10000/],
    [{ concurrency: 10_001 }, /concurrency must be/],
    [{ pollMs: 0 }, /pollMs must be a whole number from 1 to 2147483647/],
    [{ pollMs: 2 ** 31 }, /pollMs must be/],
    [{ poll: 5 }, /work has no option "poll"/],
  ])("refuses %o", async (options, sentence) => {
    const work = toWork({
      takeNext: async () => undefined,
      waitForDue: async () => undefined,
      logger: { warn: () => undefined },
    });
    const refused = Reflect.apply(work, undefined, [{ signal: AbortSignal.abort(), ...options }]);
    await expect(refused).rejects.toThrow(ConfigurationError);
    await expect(refused).rejects.toThrow(sentence);
  });
});

describe("deliveries that are due", () => {
  type Outcome = Awaited<ReturnType<Source["takeNext"]>>;
  const OUTCOME = { status: "busy", durationMs: 1 } as Outcome; // of which nothing is read
  const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

  /** An inbox with so many deliveries, each at work until it is told to end. */
  function holding(due: number, options: { readonly concurrency?: number } = {}) {
    const stop = new AbortController();
    const ends: (() => void)[] = [];
    const seen = { looks: 0, begun: 0, most: 0, running: 0, waits: 0 };
    const work = toWork({
      takeNext: async (onClaim) => {
        seen.looks += 1;
        await Promise.resolve(); // no inbox claims at once
        if (seen.begun === due) return undefined;
        seen.begun += 1;
        seen.running += 1;
        seen.most = Math.max(seen.most, seen.running);
        onClaim();
        await new Promise<void>((resolve) => ends.push(resolve));
        seen.running -= 1;
        return OUTCOME;
      },
      waitForDue: ({ signal }) => {
        seen.waits += 1;
        if (signal.aborted) return Promise.resolve();
        return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
      },
      logger: { warn: () => undefined },
    });
    const working = work({ signal: stop.signal, ...options });
    const endOne = async () => {
      ends.shift()?.();
      await nextTurn();
    };
    return { seen, stop, working, endOne };
  }

  test("are looked for once at a time while there are none", async () => {
    const { seen, stop, working } = holding(0);
    await nextTurn();
    expect(seen).toMatchObject({ looks: 1, waits: 1 });
    stop.abort();
    await working;
  });

  test("are worked on ten at once where nothing else is said", async () => {
    const { seen, stop, working, endOne } = holding(25);
    await nextTurn();
    expect(seen).toMatchObject({ running: 10, waits: 0 });
    for (let count = 0; count < 25; count += 1) await endOne();
    expect(seen).toMatchObject({ begun: 25, most: 10, running: 0, waits: 1 });
    stop.abort();
    await working;
  });

  test("are taken up one after another where only one may be at work", async () => {
    const { seen, stop, working, endOne } = holding(3, { concurrency: 1 });
    await nextTurn();
    expect(seen).toMatchObject({ looks: 1, running: 1 });
    for (let count = 0; count < 3; count += 1) await endOne();
    expect(seen).toMatchObject({ begun: 3, most: 1, looks: 4 });
    stop.abort();
    await working;
  });

  test("are waited for when the work is to end, and no more are taken up", async () => {
    const { seen, stop, working, endOne } = holding(5, { concurrency: 2 });
    const ended = vi.fn();
    void working.then(ended);
    await nextTurn();
    stop.abort();
    await endOne();
    expect(ended).not.toHaveBeenCalled();
    await endOne();
    await nextTurn();
    expect(ended).toHaveBeenCalledTimes(1);
    expect(seen).toMatchObject({ begun: 2, running: 0 });
  });

  test("are not looked for where the work was to end before it began", async () => {
    const takeNext = vi.fn(async () => undefined);
    const { stop, asked, run } = looking({ waitForDue: async () => undefined, takeNext });
    stop.abort();
    await run();
    expect(takeNext).not.toHaveBeenCalled();
    expect(asked).toEqual([]);
  });

  test("are looked for every second where nothing else is said", async () => {
    const waitForDue = vi.fn<Source["waitForDue"]>(async () => stop.abort());
    const { stop, run } = looking({ waitForDue });
    await run();
    expect(waitForDue.mock.calls[0]?.[0]).toEqual({ signal: stop.signal, pollMs: 1_000 });
  });
});
