/** The lines of a receiver's log: each says which event, on which attempt, and what comes next. */
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { NEWEST_API_VERSION } from "../../src/api-version.js";
import { type DurableInbox, memoryInbox, type WebhookLogger } from "../../src/webhooks.js";
import { delivering, receiver } from "./delivering.js";
import { eventBody, headerFor, thinBody } from "./signed-delivery.js";

const TYPE = "customer.subscription.updated";
const delivery = { eventId: "evt_1", livemode: false };
const stack = expect.stringMatching(/^Error: broken\n/);
const broken = () => Promise.reject(new Error("broken"));

function recorder() {
  const warn = vi.fn<WebhookLogger["warn"]>();
  return { warn, logger: { warn } };
}

/** An inbox that only stores, and says what became of a delivery. */
function storing(status: "stored" | "dead"): DurableInbox<undefined> {
  return {
    ...memoryInbox(),
    store: async () => ({ status }),
    processNext: async () => undefined,
    find: async () => undefined,
    waitForDue: async () => undefined,
    release: async () => false,
  };
}

describe("the line of a delivery", () => {
  test("that failed has the error's stack", async () => {
    const { warn, logger } = recorder();
    await delivering(broken, { logger }).deliver();
    expect(warn.mock.calls).toEqual([
      [
        `Webhook ${TYPE} (evt_1) failed on attempt 1; Stripe will deliver it again.`,
        { status: "failed", eventType: TYPE, delivery, attempt: 1, stack },
      ],
    ]);
  });

  test("of a connected account names the account", async () => {
    const { warn, logger } = recorder();
    await delivering(broken, { logger }).deliver({ account: "acct_acme" });
    expect(warn.mock.calls[0]?.[0]).toContain(`Webhook ${TYPE} (evt_1, acct_acme) failed`);
  });

  test("that the inbox could not take has no attempt", async () => {
    const { warn, logger } = recorder();
    await delivering(vi.fn(), { logger, inbox: { ...memoryInbox(), process: broken } }).deliver();
    expect(warn.mock.calls).toEqual([
      [
        `Webhook ${TYPE} (evt_1) failed; Stripe will deliver it again.`,
        { status: "failed", eventType: TYPE, delivery, stack },
      ],
    ]);
  });

  test("that is dead says after how many attempts, and where it is", async () => {
    const { warn, logger } = recorder();
    await delivering(broken, { logger, inbox: memoryInbox({ maxAttempts: 1 }) }).deliver();
    expect(warn.mock.calls).toEqual([
      [
        `Webhook ${TYPE} (evt_1) is dead after 1 attempts; the inbox keeps it for requeue.`,
        { status: "dead", eventType: TYPE, delivery, attempt: 1, stack },
      ],
    ]);
  });

  test("that was dead when it came again to be stored says so", async () => {
    const { warn, logger } = recorder();
    await delivering(vi.fn(), { logger, respond: "stored", inbox: storing("dead") }).deliver();
    expect(warn.mock.calls).toEqual([
      [
        `Webhook ${TYPE} (evt_1) is dead; the inbox keeps it for requeue.`,
        { status: "dead", eventType: TYPE, delivery },
      ],
    ]);
  });

  test("whose tenant is not known has no stack", async () => {
    const { warn, logger } = recorder();
    const data = { object: { object: "subscription", customer: "cus_new" } };
    await delivering(vi.fn(), { logger }).deliver({ data });
    expect(warn.mock.calls).toEqual([
      [
        `Webhook ${TYPE} (evt_1) has no known tenant on attempt 1; Stripe will deliver it again.`,
        { status: "unresolved", eventType: TYPE, delivery, attempt: 1 },
      ],
    ]);
  });

  test.each<[string, Parameters<typeof delivering>[1]]>([
    ["handled", {}],
    ["handled", { inbox: storing("stored") }],
    ["stored", { respond: "stored", inbox: storing("stored") }],
  ])("that is %s is none", async (status, options) => {
    const { warn, logger } = recorder();
    expect((await delivering(vi.fn(), { logger, ...options }).deliver()).status).toBe(status);
    expect(warn).not.toHaveBeenCalled();
  });
});

describe("the line of what was not verified", () => {
  test("has the words and the code of a rejection", async () => {
    const { warn, logger } = recorder();
    await receiver({}, { logger }).receive("{}", undefined);
    expect(warn.mock.calls).toEqual([
      [
        expect.stringMatching(
          /^A webhook was rejected: The Stripe-Signature header is missing\..*drops it\.$/,
        ),
        { status: "rejected", code: "webhook_signature" },
      ],
    ]);
  });

  test("has the stack of a failure", async () => {
    const { warn, logger } = recorder();
    await receiver({}, { logger }).receive(broken(), "");
    expect(warn.mock.calls).toEqual([
      ["A webhook failed before it was verified; Stripe will deliver it again.", { status: "failed", stack }],
    ]);
  });

  test("is one for each kind, and counts only what was not told", async () => {
    const { warn, logger } = recorder();
    let nowMs = 1_000;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => nowMs);
    onTestFinished(() => clock.mockRestore());
    const { receive } = receiver({}, { logger });
    await receive("{}", undefined);
    await receive("", undefined);
    nowMs += 59_999;
    await receive("{}", undefined);
    nowMs += 1;
    await receive("{}", undefined);
    nowMs += 60_000;
    await receive("{}", undefined);
    const lines = warn.mock.calls.map(
      ([line, details]) => `${details?.code} ${/\d+ more.*/.exec(line)?.[0]}`,
    );
    expect(lines).toEqual([
      "webhook_signature undefined",
      "webhook_payload undefined",
      "webhook_signature 1 more like it were not logged.",
      "webhook_signature undefined",
    ]);
  });
});

describe("an API version that is not known", () => {
  test("is told with the one to make the endpoint with", async () => {
    const { warn, logger } = recorder();
    await delivering(vi.fn(), { logger }).deliver({ api_version: "2028-01-01.future" });
    expect(warn.mock.calls.map(([line]) => line)).toEqual([
      "Webhooks arrive in API version 2028-01-01.future, which this package does not know, so their objects may have " +
        `another shape. Create the endpoint with api_version ${NEWEST_API_VERSION}.`,
    ]);
  });

  test("is told for the first hundred, and no more", async () => {
    const { warn, logger } = recorder();
    const { deliver } = delivering(vi.fn(), { logger });
    for (let count = 0; count < 103; count += 1)
      await deliver({ id: `evt_${count}`, api_version: `v${count}` });
    expect(warn).toHaveBeenCalledTimes(100);
  });

  test.each([
    ["2023 or 2024-06-20", "2023 or 2024-06-20"],
    ["2024-06-201", "2024-06-201"],
    ["a\nb\u001b[31m<script>", "a?b??31m?script?"],
    ["x".repeat(70), "x".repeat(64)],
    [20_240_620, "20240620"],
  ])("of %j is safe to print", async (version, printed) => {
    const { logger } = recorder();
    const outcome = await delivering(vi.fn(), { logger }).deliver({ api_version: version });
    expect(outcome).toMatchObject({ unknownApiVersion: printed });
  });
});

test.each([
  ["customer.subscription.updated", "v1.customer.subscription.updated"],
  ["v1.customer.subscription.updated", "customer.subscription.updated"],
])("a %s that is ignored beside a handler of %s is told once, with what to change", async (type, twin) => {
  const { warn, logger } = recorder();
  const { receive } = receiver({ [twin]: vi.fn() }, { logger });
  for (const id of ["evt_1", "evt_2"]) {
    const body = type.startsWith("v1.") ? thinBody({ id }) : eventBody({ id });
    expect(await receive(body, headerFor(body))).toMatchObject({ status: "ignored", reason: "no_handler" });
  }
  expect(warn.mock.calls).toEqual([
    [
      `A ${type} webhook was ignored, and on has a handler for ${twin}. If no endpoint sends ${twin}, change the ` +
        "endpoint's payload style or add a handler.",
    ],
  ]);
});

test("an event that has a handler in neither family is no line", async () => {
  const { warn, logger } = recorder();
  const { deliver } = delivering(vi.fn(), { logger });
  expect(await deliver({ type: "customer.updated" })).toMatchObject({ status: "ignored" });
  expect(warn).not.toHaveBeenCalled();
});

test("a version of the newest date is known, whatever its release is called", async () => {
  const [date] = NEWEST_API_VERSION.split(".");
  const outcome = await delivering(vi.fn()).deliver({ api_version: `${date}.other` });
  expect(outcome).not.toHaveProperty("unknownApiVersion");
});
