import { getEventListeners } from "node:events";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Deadline } from "../../src/deadline.js";
import { isBillingError, type StripeClient } from "../../src/index.js";
import { startDeadline } from "../../src/stripe/deadline.js";
import { bytesOf } from "../isolation/leaks.js";
import {
  type Act,
  CUSTOMER,
  DELETION,
  READ,
  type ScriptedStripe,
  SDK_VERSIONS,
  sendOnce,
  startScriptedStripe,
  WRITE,
} from "./scripted-stripe.js";

let stripe: ScriptedStripe;
/** Answers an SDK that retries. */
let patient: ScriptedStripe;
beforeAll(async () => {
  stripe = await startScriptedStripe();
  patient = await startScriptedStripe(2);
});
beforeEach(() => {
  stripe.script();
  patient.script();
});
afterAll(() => Promise.all([stripe.close(), patient.close()]));

const inTime = () => new Deadline(10_000);

const ENDLESS: Readonly<Record<string, Act>> = {
  "never answers": "stall",
  "never ends its answer": "drip",
};

describe.each(SDK_VERSIONS)("the time of a call through %s", (version) => {
  let client: StripeClient;
  beforeEach(() => {
    client = stripe.clients[version];
  });

  describe.each(Object.entries(ENDLESS))("when Stripe %s", (_, act) => {
    it("ends a read at its deadline, and says that nothing was changed", async () => {
      await endsInTime(act, () => sendOnce(client, READ, new Deadline(100)), {
        name: "DeadlineError",
        code: "deadline",
      });
    });

    it("ends a read when it is aborted, and says that nothing was changed", async () => {
      await endsInTime(act, () => sendOnce(client, READ, abortedAfter(100)), {
        name: "AbortedError",
        code: "aborted",
      });
    });

    it("ends a write in the same time, and says that its outcome is unknown and how to retry", async () => {
      const unknown = { name: "IndeterminateError", code: "indeterminate", retryable: true };
      const withKey = { ...unknown, idempotencyKey: "the caller's key" };
      await endsInTime(act, () => sendOnce(client, WRITE, new Deadline(100)), {
        ...withKey,
        cause: { code: "deadline" },
      });
      await endsInTime(act, () => sendOnce(client, WRITE, abortedAfter(100)), {
        ...withKey,
        cause: { code: "aborted" },
      });
      await endsInTime(act, () => sendOnce(client, DELETION, new Deadline(100)), {
        ...unknown,
        idempotencyKey: undefined,
      });
    });
  });

  it.each([
    ["answers 500 again and again", { status: 500, body: {} }],
    ["asks to come back in an hour", { status: 503, body: {}, headers: { "Retry-After": "3600" } }],
    ["resets every connection", "reset"],
  ] as const)("ends at its deadline although the SDK retries, when Stripe %s", async (_, act) => {
    const retrying = patient.clients[version];
    await endsInTime(act, () => sendOnce(retrying, WRITE, new Deadline(100)), { code: "indeterminate" });
  });

  it("sends all of the SDK's own retries under one key", async () => {
    const retrying = await startScriptedStripe(2);
    retrying.script("reset", CUSTOMER);
    await sendOnce(retrying.clients[version], WRITE, inTime());
    await retrying.close();
    expect(retrying.requests.map(({ headers }) => headers["idempotency-key"])).toEqual([
      "billing_1",
      "billing_1",
    ]);
  });

  it("sends nothing when it is over before it began", async () => {
    const late = new Deadline(1);
    await sleep(5);
    const aborted = new Deadline(1_000, [AbortSignal.abort()]);
    for (const request of [READ, WRITE, DELETION]) {
      // Nothing was sent, so nothing is unknown.
      await expect(sendOnce(client, request, late)).rejects.toMatchObject({ code: "deadline" });
      await expect(sendOnce(client, request, aborted)).rejects.toMatchObject({ code: "aborted" });
    }
    expect(stripe.requests).toEqual([]);
  });

  it("leaves nothing behind on the caller's signal", async () => {
    const { signal } = new AbortController();
    const deadline = new Deadline(1_000, [signal]);
    await Promise.all(Array.from({ length: 5 }, () => sendOnce(client, READ, deadline)));
    stripe.script({ status: 500, body: {} });
    await expect(sendOnce(client, READ, deadline)).rejects.toMatchObject({ code: "stripe_unavailable" });
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  it("keeps the reason of an abort to itself, which may be anything", async () => {
    stripe.script("stall");
    const controller = new AbortController();
    const sending = sendOnce(client, READ, new Deadline(1_000, [controller.signal]));
    controller.abort(new Error("canary"));
    const error = await sending.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "aborted" });
    expect(bytesOf(error)).not.toContain("canary");
  });
});

describe("the options that set a call's time", () => {
  it.each([0, -1, 0.5, 600_001, Number.NaN, Number.POSITIVE_INFINITY, "100", null, {}])(
    "refuse %s for timeoutMs",
    (timeoutMs) => {
      expect(() => Reflect.apply(startDeadline, undefined, [{ timeoutMs }, 1_000])).toThrow(
        expect.objectContaining({ code: "invalid_argument" }),
      );
    },
  );

  it.each([null, "signal", {}, { aborted: false }, new AbortController()])(
    "refuse %s for a signal",
    (signal) => {
      expect(() => Reflect.apply(startDeadline, undefined, [{ signal }, 1_000])).toThrow(
        expect.objectContaining({ code: "invalid_argument" }),
      );
    },
  );

  it("give the whole call its time, however many requests share it", async () => {
    const deadline = startDeadline({ timeoutMs: 150 }, 60_000);
    const answered: unknown[] = [];
    const chain = async () => {
      for (;;) {
        answered.push(await sendOnce(stripe.sdk, READ, deadline));
        await deadline.sleep(30);
      }
    };
    await endsInTime(CUSTOMER, chain, { code: "deadline" }, 150);
    expect(answered.length).toBeGreaterThan(1);
  });

  it("are over for work that began too late, whose own failure is then heard and dropped", async () => {
    const over = new Deadline(1);
    await sleep(5);
    const unheard: unknown[] = [];
    const note = (reason: unknown) => unheard.push(reason);
    process.on("unhandledRejection", note);
    const failing = new Promise((_, reject) => setTimeout(() => reject(new Error("Too late.")), 5));
    await expect((async () => over.race(failing))()).rejects.toMatchObject({ code: "deadline" });
    await sleep(20);
    process.off("unhandledRejection", note);
    expect(unheard).toEqual([]);
  });

  it("say what they may be", () => {
    expect(() => startDeadline({ timeoutMs: 0 }, 1_000)).toThrow(
      "timeoutMs must be a whole number of milliseconds from 1 to 600000.",
    );
    expect(() => Reflect.apply(startDeadline, undefined, [{ signal: {} }, 1_000])).toThrow(
      "signal must be an AbortSignal.",
    );
    for (const timeoutMs of [1, 600_000]) expect(() => startDeadline({ timeoutMs }, 1_000)).not.toThrow();
  });

  it("end a call with the word that it is safe to repeat", async () => {
    const over = new Deadline(1);
    await sleep(5);
    expect(() => over.remainingMs()).toThrow(/did not finish within 1 ms\. It is safe to repeat\.$/);
    const aborted = new Deadline(1_000, [AbortSignal.abort()]);
    expect(() => aborted.remainingMs()).toThrow(/call was aborted\. It is safe to repeat\.$/);
  });

  it("take the default where they say nothing", () => {
    expect(startDeadline({}, 1_000).remainingMs()).toBeGreaterThan(990);
    expect(startDeadline({ timeoutMs: 5_000 }, 1_000).remainingMs()).toBeGreaterThan(4_990);
  });
});

function abortedAfter(milliseconds: number): Deadline {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), milliseconds);
  return new Deadline(60_000, [controller.signal]);
}

/** Expects `work` to have failed once its time has passed and the event loop has turned, however busy the machine is. */
async function endsInTime(
  act: Act,
  work: () => Promise<unknown>,
  expected: Readonly<Record<string, unknown>>,
  budgetMs = 100,
): Promise<void> {
  stripe.script(act);
  patient.script(act);
  let error: unknown;
  const working = work().then(
    () => expect.unreachable("It should have ended."),
    (reason: unknown) => {
      error = reason;
    },
  );
  await untilPast(performance.now() + budgetMs);
  expect(error).toMatchObject(expected);
  expect(isBillingError(error)).toBe(true);
  await working;
}

/** Waits until every timer that is due by then has run, and what follows from it at once. */
async function untilPast(timeMs: number): Promise<void> {
  // A deadline rounds its timer up by a millisecond.
  while (performance.now() < timeMs + 2) await sleep(1);
  await sleep(1); // in which Node runs the timers that became due while it was busy
  await setImmediate();
}
