import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { memoryInbox, type WebhookLogger, type WebhookTracer } from "../../src/webhooks.js";
import { delivering, receiver } from "./delivering.js";
import { fakeStripe, listedEvent } from "./reconcile/listed-events.js";
import { recordSpans } from "./recorded-spans.js";
import { eventBody, headerFor, NOW_SECONDS, now, SECRET, twoTenants } from "./signed-delivery.js";

/** A header that anyone can send. */
const FORGED = `t=1800000000,v1=${"0".repeat(64)}`;

function recorder() {
  const warn = vi.fn<WebhookLogger["warn"]>();
  return { warn, logger: { warn } };
}

describe("without any option", () => {
  afterEach(() => vi.restoreAllMocks());

  test("a handler's error is a warning of the process, with its stack and without the event", async () => {
    const emit = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    const handler = () => {
      throw new Error("undefined is not a function");
    };
    const { deliver } = delivering(handler, { logger: undefined });
    await deliver();
    expect(emit).toHaveBeenCalledExactlyOnceWith(
      "Webhook customer.subscription.updated (evt_1) failed on attempt 1; Stripe will deliver it again.",
      { type: "BillingWarning", detail: expect.stringMatching(/undefined is not a function\n +at /) },
    );
    expect(JSON.stringify(emit.mock.calls)).not.toContain("cus_acme");
  });
});

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe("a logger", () => {
  test("hears of failed, dead and unresolved deliveries, with their attempts", async () => {
    const { warn, logger } = recorder();
    const { deliver } = delivering(
      () => {
        throw new TypeError("broken", { cause: new Error("the database") });
      },
      { logger, inbox: memoryInbox({ maxAttempts: 2 }) },
    );
    await deliver();
    await deliver();
    await deliver({ id: "evt_2", data: { object: { object: "subscription", customer: "cus_new" } } });
    expect(warn.mock.calls.map(([, details]) => [details?.status, details?.attempt])).toEqual([
      ["failed", 1],
      ["dead", 2],
      ["unresolved", 1],
    ]);
    expect(warn.mock.calls[0]?.[1]).toMatchObject({
      eventType: "customer.subscription.updated",
      delivery: { eventId: "evt_1", livemode: false },
      stack: expect.stringMatching(/TypeError: broken[\s\S]*caused by: Error: the database/),
    });
  });

  test.each([
    ["a rejection", SECRET, "A webhook was rejected: "],
    ["a missing secret", undefined, "A webhook failed before it was verified"],
  ])("hears of %s once a minute, with how many there were", async (_, secret, sentence) => {
    const { warn, logger } = recorder();
    let nowMs = 1_000;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => nowMs);
    onTestFinished(() => clock.mockRestore());
    const { receive, readStats } = receiver({}, { logger, signingSecrets: [secret] });
    for (let count = 0; count < 100; count += 1) await receive("{}", FORGED);
    expect(warn.mock.calls).toEqual([[expect.stringMatching(sentence), expect.anything()]]);
    nowMs += 60_000;
    await receive("{}", FORGED);
    expect(warn.mock.calls[1]?.[0]).toMatch(/ 99 more like it were not logged\.$/);
    const { failed, rejected } = (await readStats()).outcomes;
    expect(failed + rejected).toBe(101);
  });

  test("hears of a missing secret with the name of its option", async () => {
    const { warn, logger } = recorder();
    const { receive } = receiver({}, { logger, signingSecrets: [undefined] });
    expect(await receive("{}", FORGED)).toMatchObject({ status: "failed", error: { code: "configuration" } });
    expect(warn.mock.calls[0]?.[1]).toMatchObject({
      status: "failed",
      stack: expect.stringContaining("signingSecrets[0] is undefined"),
    });
  });

  describe.each([
    [
      "throws",
      () => {
        throw new Error("the logger");
      },
    ],
    ["rejects", () => Promise.reject(new Error("the logger"))],
  ])("that %s", (_, warn) => {
    test("changes no answer, and its line goes to the process", async () => {
      const emit = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
      const { deliver } = delivering(() => Promise.reject(new Error("the handler")), { logger: { warn } });
      expect((await deliver()).status).toBe("failed");
      await nextTurn();
      const detail = expect.stringMatching(
        /^Error: the handler\n[\s\S]*[^\n]\nThe logger failed: Error: the logger\n/,
      );
      expect(emit.mock.calls).toEqual([
        [expect.stringContaining("evt_1"), { type: "BillingWarning", detail }],
      ]);
      emit.mockRestore();
    });

    test("may be told of a failing onOutcome", async () => {
      const emit = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
      for (const onOutcome of [
        () => {
          throw new Error("metrics");
        },
        () => Promise.reject(new Error("metrics")),
      ]) {
        const { deliver } = delivering(vi.fn(), { logger: { warn }, onOutcome });
        expect((await deliver()).status).toBe("handled");
      }
      await nextTurn();
      const detail = expect.stringMatching(/^The logger failed: Error: the logger\n/);
      expect(emit.mock.calls).toEqual(
        [1, 2].map(() => [expect.stringContaining("onOutcome failed"), { type: "BillingWarning", detail }]),
      );
      emit.mockRestore();
    });
  });
});

test("a fault of the environment is a failure with its cause, and 500", async () => {
  const error = new Error("the clock is broken");
  const outcomes: unknown[] = [];
  const webhooks = receiver(
    {},
    {
      logger: { warn: () => undefined },
      now: () => {
        throw error;
      },
      onOutcome: (outcome) => void outcomes.push(outcome),
    },
  );
  const body = eventBody();
  const headers = { "stripe-signature": headerFor(body) };
  const response = await webhooks.fetch(new Request("http://x/", { method: "POST", body, headers }));
  expect(response.status).toBe(500);
  expect(outcomes).toMatchObject([{ status: "failed", error }]);
});

test("a dead delivery keeps its last error", async () => {
  const inbox = memoryInbox({ maxAttempts: 1 });
  const { deliver, listDead } = delivering(() => Promise.reject(new Error("the last")), {
    inbox,
    logger: { warn: () => undefined },
  });
  await deliver();
  expect((await listDead())[0]?.lastError).toMatch(/^Error: the last\n +at /);
});

describe("an API version that the views do not know", () => {
  test.each([["2028-01-01.future"], ["2019-12-03"], ["nonsense"]])(
    "%s is told once, and in every outcome",
    async (version) => {
      const { warn, logger } = recorder();
      const { deliver } = delivering(vi.fn(), { logger });
      for (const id of ["evt_1", "evt_2"]) {
        expect(await deliver({ id, api_version: version })).toMatchObject({
          status: "handled",
          unknownApiVersion: version,
        });
      }
      expect(warn).toHaveBeenCalledTimes(1);
      expect(warn.mock.calls[0]?.[0]).toContain(version);
    },
  );

  test.each([["2024-06-20"], ["2022-11-15"], ["2026-10-28.endive"], ["2026-12-30.endive"], [null]])(
    "is not %s",
    async (version) => {
      const { deliver } = delivering(vi.fn());
      expect(await deliver({ api_version: version })).not.toHaveProperty("unknownApiVersion");
    },
  );
});

test("the newest version is that of the SDK's types", async () => {
  const { default: Stripe } = await import("stripe");
  const { NEWEST_API_VERSION } = await import("../../src/api-version.js");
  expect(NEWEST_API_VERSION).toBe(Stripe.API_VERSION);
});

test("counters tell outcomes, lag and how full the inbox is", async () => {
  const { deliver, readStats } = delivering(
    (event) => {
      if (event.id === "evt_2") throw new Error("x");
    },
    { logger: { warn: () => undefined } },
  );
  expect(await readStats()).not.toHaveProperty("lagMs");
  await deliver({ created: 1_799_999_990 });
  await deliver({ created: 1_799_999_990 });
  await deliver({ id: "evt_2" });
  expect(await readStats()).toMatchObject({
    outcomes: { handled: 1, duplicate: 1, failed: 1, dead: 0 },
    lagMs: { last: 10_000, max: 10_000 },
    inbox: { held: 0, waiting: 1, dead: 0, oldestAt: new Date(1_800_000_000_000) },
  });
});

test("the longest lag is kept, and a clock behind Stripe's counts as none", async () => {
  const { deliver, readStats } = delivering(vi.fn());
  const lags = [];
  for (const [id, created] of [
    ["evt_1", 1_799_999_990],
    ["evt_2", 1_799_999_997],
    ["evt_3", 1_800_000_002],
  ] as const) {
    await deliver({ id, created });
    lags.push((await readStats()).lagMs);
  }
  expect(lags).toEqual([
    { last: 10_000, max: 10_000 },
    { last: 3_000, max: 10_000 },
    { last: 0, max: 10_000 },
  ]);
});

test("what was ignored is counted by its reason, and nothing else is", async () => {
  const { deliver, readStats } = delivering(vi.fn());
  await deliver();
  await deliver({ id: "evt_2", type: "customer.updated" });
  await deliver({ id: "evt_3", data: { object: { object: "balance" } } });
  const { ignored, outcomes } = await readStats();
  expect(ignored).toEqual({ no_handler: 1, no_owner: 1, foreign: 0, other_mode: 0 });
  expect(outcomes).toMatchObject({ ignored: 2, handled: 1 });
});

test("a tracer gets a span of each delivery, with its verification, claim and handler inside", async () => {
  const { tracer, spans } = recordSpans();
  const { deliver } = delivering(() => Promise.reject(new Error("x")), {
    tracer,
    logger: { warn: () => undefined },
  });
  await deliver();
  expect(spans).toEqual([
    { path: "webhook receive > webhook verify", attributes: {} },
    {
      path: "webhook receive > webhook claim > webhook handle customer.subscription.updated",
      attributes: { status: 2 },
    },
    { path: "webhook receive > webhook claim", attributes: {} },
    {
      path: "webhook receive",
      attributes: {
        "billing.webhook.outcome": "failed",
        "stripe.event.type": "customer.subscription.updated",
        status: 2,
      },
    },
  ]);
});

test("a tracer gets a span of each event that a reconciliation finds", async () => {
  const { tracer, spans } = recordSpans();
  const webhooks = receiver(
    { "customer.subscription.updated": vi.fn() },
    { tracer, billing: { ...fakeStripe([listedEvent("evt_1", NOW_SECONDS - 60)]), ...twoTenants() } },
  );
  await webhooks.reconcile({ since: new Date(now() - 3_600_000) });
  expect(spans.map(({ path }) => path)).toEqual([
    "webhook reconcile > webhook claim > webhook handle customer.subscription.updated",
    "webhook reconcile > webhook claim",
    "webhook reconcile",
  ]);
  expect(await webhooks.readStats()).not.toHaveProperty("lagMs");
});

describe("a tracer that fails changes no outcome", () => {
  const fail = () => {
    throw new Error("the tracer");
  };
  test.each<[string, WebhookTracer]>([
    ["before the work", { startActiveSpan: fail }],
    [
      "after the work",
      {
        startActiveSpan: (_name, _options, work) => {
          work({ setAttribute: vi.fn(), setStatus: vi.fn(), end: vi.fn() });
          return fail();
        },
      },
    ],
    [
      "in its spans",
      {
        startActiveSpan: (_name, _options, work) => work({ setAttribute: fail, setStatus: fail, end: fail }),
      },
    ],
  ])("%s", async (_, tracer) => {
    const emit = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    const handler = vi.fn().mockRejectedValueOnce(new Error("x"));
    const { deliver } = delivering(handler, { tracer, logger: { warn: () => undefined } });
    const outcomes = [await deliver(), await deliver()];
    expect(outcomes).toMatchObject([{ status: "failed", error: { message: "x" } }, { status: "handled" }]);
    expect(handler).toHaveBeenCalledTimes(2);
    emit.mockRestore();
  });
});

test("what is wrong with a receiver is said when it is made", () => {
  const make =
    (options: object, on: object = {}) =>
    () =>
      Reflect.apply(receiver, undefined, [on, options]);
  const bound = { resolveTenant: vi.fn(), forTenant: vi.fn() };
  const facts = (more: object) => ({ ...bound, receiverFacts: () => ({ tenantsBy: "customer", ...more }) });
  for (const [call, sentence] of [
    [make({ handlerTimeout: 5 }), /no option "handlerTimeout"/],
    [
      make({ signingSecrets: [{ secret: SECRET, livemode: true }] }),
      /signingSecrets\[0\] has no option "livemode"/,
    ],
    [make({ billing: facts({ tenantId: "acme" }) }), /bound to one tenant/],
    [
      make({}, { "customer.subscription.update": vi.fn() }),
      /Did you mean "customer\.subscription\.updated"\?/,
    ],
    [make({ billing: facts({}) }, { "payout.paid": vi.fn() }), /on\["payout\.paid"\] would never be called/],
    [make({ logger: {} }), /logger must be an object with the method warn/],
    [make({ tracer: {} }), /tracer must be/],
    [make({ inbox: {} }), /inbox must be an object with the method process/],
    [make({ inbox: Promise.resolve(memoryInbox()) }), /inbox must be an object with the method process/],
    [make({ onOutcome: 5 }), /onOutcome must be a function/],
    [() => memoryInbox(JSON.parse('{"maxAttempt": 3}')), /no option "maxAttempt"/],
  ] as const) {
    expect(call).toThrow(sentence);
  }
  expect(make({ billing: facts({ tenantsBy: "account" }) }, { "payout.paid": vi.fn() })).not.toThrow();
});
