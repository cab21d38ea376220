/** What the steps on Redis send, and what they make of the answers, without a server. */
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { ConfigurationError, DeadlineError } from "../../../../src/errors.js";
import type { Lease, Settlement } from "../../../../src/webhooks/inbox/leased/lease-store.js";
import { toLeaseSettings } from "../../../../src/webhooks/inbox/leased/settings.js";
import { redisStore } from "../../../../src/webhooks/inbox/redis/redis-store.js";
import type { RunScript } from "../../../../src/webhooks/inbox/redis/run-script.js";
import { type RedisInboxOptions, redisInbox } from "../../../../src/webhooks.js";
import { deliveryOf } from "../delivery-of.js";

const settings = toLeaseSettings({});
const delivery = deliveryOf("evt_1");
const lease: Lease = { ...delivery, attempt: 1, token: "token-1" };

function answering(...answers: readonly (readonly string[])[]) {
  const run = vi.fn<RunScript>(async () => []);
  for (const answer of answers) run.mockResolvedValueOnce(answer);
  return { store: redisStore(run, settings), args: () => run.mock.calls.map(([, args]) => args) };
}

describe("the Redis store", () => {
  test.each<[Settlement, readonly (string | number)[]]>([
    [{ status: "handled", newestAtMs: 7 }, ["handled", settings.retentionMs, "", 0, 7]],
    [
      { status: "failed", error: "broken", pauseMs: 5_000 },
      ["failed", settings.retentionMs, "broken", 5_000, 0],
    ],
    [{ status: "dead", error: "broken" }, ["dead", settings.retentionMs, "broken", 0, 0]],
  ])("ends a claim under its token with %o", async (settlement, args) => {
    const { store, args: sent } = answering(["settled"]);
    expect(await store.settle(lease, settlement, undefined)).toBe(true);
    expect(sent()).toEqual([["test::evt_1", "token-1", ...args]]);
  });

  test("searches all that is due, from the oldest on, until something is found or nothing is left", async () => {
    const { store, args } = answering(["more", "17", "3"], ["none"]);
    expect(await store.hasDue(true)).toBe(false);
    expect(args()).toEqual([
      ["-inf", 0, 20, "live:"],
      ["17", "3", 20, "live:"],
    ]);
    expect(await answering(["due"]).store.hasDue(undefined)).toBe(true);
  });

  test("lists each of the dead", async () => {
    const row = (id: string, error: string) => [
      `test::${id}`,
      JSON.stringify(deliveryOf(id)),
      "20",
      "1800000000000",
      error,
    ];
    const { store } = answering([...row("evt_1", "a"), ...row("evt_2", ""), ...row("evt_3", "c")]);
    const dead = (eventId: string) => ({
      key: { eventId, livemode: false },
      eventType: "customer.subscription.updated",
      attempts: 20,
      diedAt: new Date(1_800_000_000_000),
    });
    expect(await store.listDead({ limit: 10 })).toStrictEqual([
      { ...dead("evt_1"), lastError: "a" },
      dead("evt_2"),
      { ...dead("evt_3"), lastError: "c" },
    ]);
  });

  test("counts what is there, with nothing to say to the script", async () => {
    const { store, args } = answering(["1", "2", "3", ""]);
    expect(await store.readStats()).toStrictEqual({ held: 1, waiting: 2, dead: 3 });
    expect(args()).toEqual([[]]);
  });

  test("takes no answer for a claim or for stored that it does not know", async () => {
    await expect(answering(["maybe"]).store.claim(delivery, "token-1")).rejects.toThrow(
      new TypeError('Redis answered a claim with "maybe".'),
    );
    await expect(answering(["maybe"]).store.store(delivery)).rejects.toThrow(
      new TypeError('Redis answered with "maybe" when a delivery was to be stored.'),
    );
  });
});

describe("the options of the Redis inbox", () => {
  const client = async () => expect.fail("a command was sent");
  const PREFIX = "prefix must be 1 to 200 letters, digits, colons, dots, hyphens or underscores.";

  test.each<[object, string]>([
    [{ prefix: "" }, PREFIX],
    [{ prefix: "x".repeat(201) }, PREFIX],
    [{ prefix: "{shop" }, PREFIX],
    [{ prefix: "shop}" }, PREFIX],
    [{ prefix: 7 }, PREFIX],
    [{ acceptEviction: "yes" }, "acceptEviction must be a boolean."],
    [{ logger: {} }, "logger must be an object with the method warn."],
    [
      { retries: 1 },
      'redisInbox has no option "retries". Its options are client, prefix, acceptEviction, logger, leaseSeconds, ' +
        "maxAttempts, retentionDays, objectWaitSeconds.",
    ],
  ])("refuse %o, and say what is right", (options, words) => {
    const given: RedisInboxOptions = Object.assign({ client }, options);
    expect(() => redisInbox(given)).toThrow(new ConfigurationError(words));
  });

  test.each<[string, (inbox: ReturnType<typeof redisInbox>) => Promise<unknown>]>([
    ["store", (inbox) => inbox.store(delivery)],
    ["process", (inbox) => inbox.process(delivery, async () => undefined)],
    ["processNext", (inbox) => inbox.processNext(async () => undefined)],
    ["readStats", (inbox) => inbox.readStats()],
  ])("cannot make %s wait for ever: a command that is not answered is given up", async (_, call) => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    let isSilent = true;
    const send = vi.fn(([name]: readonly string[]) => {
      if (name === "CONFIG") return Promise.resolve([]);
      return isSilent ? new Promise(() => undefined) : Promise.resolve(["stored"]);
    });
    const inbox = redisInbox({ client: send, logger: { warn: () => undefined } });
    const error = call(inbox).catch((thrown: unknown) => thrown);
    await vi.waitFor(() => expect(send).toHaveBeenCalledTimes(2));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await error).toEqual(
      new DeadlineError("A command of the webhook inbox did not finish within 10000 ms."),
    );
    isSilent = false;
    expect(await inbox.store(delivery)).toEqual({ status: "stored" });
  });

  test("have every command sent to the node that has the prefix's keys", async () => {
    const keys: string[] = [];
    const send = async ([name]: readonly string[], key: string) => {
      keys.push(key);
      return name === "CONFIG" ? [] : ["0", "0", "0", ""];
    };
    const inbox = redisInbox({ client: send, prefix: "Shop_1:a.b-c", logger: { warn: () => undefined } });
    expect(await inbox.readStats()).toEqual({ held: 0, waiting: 0, dead: 0 });
    expect(keys).toEqual([expect.stringMatching(/^\{Shop_1:a\.b-c\}:/), keys[0]]);
  });
});
