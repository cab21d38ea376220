import { inspect } from "node:util";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  AbortedError,
  ConfigurationError,
  createWebhookReceiver,
  memoryInbox,
  type Outcome,
  type WebhookInbox,
} from "../../src/webhooks.js";
import { about, delivering, receiver } from "./delivering.js";
import { catchError, eventBody, headerFor, SECRET, twoTenants } from "./signed-delivery.js";

describe("a receiver", () => {
  afterEach(() => vi.restoreAllMocks());

  test.each<[object, string]>([
    [{ signingSecrets: [] }, "signingSecrets"],
    [{ signingSecrets: [""] }, "signingSecrets"],
    [{ billing: undefined }, "billing must be"],
    [{ billing: {} }, "billing must be"],
    [{ billing: { forTenant: () => ({}) } }, "billing must be"],
    [{ billing: { resolveTenant: () => undefined } }, "billing must be"],
    [{ billing: { ...twoTenants(), receiverFacts: () => ({ tenantId: "acme" }) } }, "bound to one tenant"],
    [{ on: undefined }, "on must be"],
    [{ on: { "invoice.paid": "handler" } }, "invoice.paid"],
    [{ objects: "newest" }, "objects must be"],
    [{ respond: "later" }, "respond must be"],
    [{ respond: "stored" }, "outlives this process"],
    [{ inbox: {} }, "inbox must be an object with the method process"],
    [{ inbox: { process: () => undefined } }, "inbox must be an object with the method requeue"],
    [{ inbox: "postgres" }, "inbox must be an object"],
    [{ handlerTimeoutMs: 0 }, "handlerTimeoutMs must be"],
    [{ handlerTimeoutMs: Number.POSITIVE_INFINITY }, "handlerTimeoutMs must be"],
    [{ handlerTimeoutMs: 2 ** 31 }, "handlerTimeoutMs must be"],
    [{ bodyTimeoutMs: -1 }, "bodyTimeoutMs must be"],
    [{ maxBodyBytes: 0 }, "maxBodyBytes must be"],
    [{ toleranceSeconds: 0 }, "toleranceSeconds must be"],
    [{ onOutcome: "log" }, "onOutcome must be"],
    [{ logger: {} }, "logger must be an object with the method warn"],
    [{ tracer: {} }, "tracer must be an object with the method startActiveSpan"],
    [{ logger: null }, "logger must be an object with the method warn"],
    [{ tracer: null }, "tracer must be an object with the method startActiveSpan"],
    [{ secrets: [] }, 'createWebhookReceiver has no option "secrets"'],
  ])("is refused with %o, and says %s", (wrong, words) => {
    const right = { signingSecrets: [SECRET], billing: twoTenants(), inbox: memoryInbox(), on: {} };
    const call = () => Reflect.apply(createWebhookReceiver, undefined, [{ ...right, ...wrong }]);
    const error = catchError(call);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({ message: expect.stringContaining(words) });
  });

  test("knows the handlers it was made with and no others", async () => {
    const on: Record<string, () => void> = { "customer.subscription.updated": vi.fn() };
    const { receive } = receiver(on);
    const late = vi.fn();
    on["customer.subscription.updated"] = late;
    on["customer.updated"] = late;
    const body = eventBody();
    expect((await receive(body, headerFor(body))).status).toBe("handled");
    const updated = eventBody({ id: "evt_2", type: "customer.updated" });
    expect((await receive(updated, headerFor(updated))).status).toBe("ignored");
    expect(late).not.toHaveBeenCalled();
  });
});

describe("an inbox", () => {
  test("that fails leaves the delivery unacknowledged", async () => {
    const error = new Error("storage is down");
    const inbox = { ...memoryInbox(), process: () => Promise.reject(error) };
    expect(await delivering(vi.fn(), { inbox }).deliver()).toEqual({ ...about, status: "failed", error });
  });

  test("that cannot settle leaves the delivery unacknowledged, although the handler ran", async () => {
    const inbox: WebhookInbox<undefined> = {
      ...memoryInbox(),
      async process(delivery, work) {
        await work({ ...delivery, attempt: 1, tx: undefined, sawObjectAt: () => undefined });
        throw new Error("connection lost at commit");
      },
    };
    const handler = vi.fn();
    expect((await delivering(handler, { inbox }).deliver()).status).toBe("failed");
    expect(handler).toHaveBeenCalledTimes(1);
  });

  test("that loses its claim aborts the handler and takes no result of it", async () => {
    const lease = new AbortController();
    const inbox: WebhookInbox<undefined> = {
      ...memoryInbox(),
      async process(delivery, work) {
        const claim = { ...delivery, attempt: 1, tx: undefined, sawObjectAt: () => undefined };
        const result = work({ ...claim, signal: lease.signal });
        await expect(result).rejects.toBeInstanceOf(AbortedError);
        return { status: "busy" };
      },
    };
    const { deliver } = delivering(
      (_event, { signal }) => {
        lease.abort();
        expect(signal.aborted).toBe(true);
        return new Promise(() => undefined);
      },
      { inbox },
    );
    expect(await deliver()).toEqual({ ...about, status: "busy" });
  });

  test("is durable where it stores, finds, takes up and releases deliveries, and no sooner", async () => {
    const none = async () => undefined;
    const durable = {
      ...memoryInbox(),
      store: none,
      processNext: none,
      find: none,
      waitForDue: none,
      release: none,
    };
    expect(receiver({}, { inbox: durable as never }).isDurable).toBe(true);
    for (const method of ["store", "processNext", "find", "waitForDue", "release"]) {
      const { isDurable, work, workOne } = receiver(
        {},
        { inbox: { ...durable, [method]: undefined } as never },
      );
      expect(isDurable).toBe(false);
      const refused = new ConfigurationError(
        "work and workOne need an inbox that outlives this process, such as postgresInbox; memoryInbox has nothing to take up.",
      );
      await expect(work({ signal: AbortSignal.abort() })).rejects.toEqual(refused);
      await expect(workOne(about.delivery)).rejects.toEqual(refused);
    }
  });

  test("in memory is used when none is given, with a warning", () => {
    const { inbox: _, ...options } = {
      inbox: undefined,
      signingSecrets: [SECRET],
      billing: twoTenants(),
      on: {},
    };
    const warn = vi.fn();
    createWebhookReceiver({ ...options, logger: { warn } });
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/in memory.*memoryInbox\(\)/));
    const emitWarning = vi.spyOn(process, "emitWarning").mockReturnValue();
    createWebhookReceiver(options);
    expect(emitWarning).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/in memory/), {
      type: "BillingWarning",
    });
    createWebhookReceiver({ ...options, inbox: memoryInbox() });
    expect(emitWarning).toHaveBeenCalledTimes(1);
  });
});

describe("onOutcome", () => {
  test("is told of every outcome before it is answered", async () => {
    const seen: Outcome[] = [];
    const onOutcome = (outcome: Outcome) => void seen.push(outcome);
    const { deliver, receive, requeue } = delivering(vi.fn().mockRejectedValue(new Error("no")), {
      onOutcome,
      inbox: memoryInbox({ maxAttempts: 2 }),
    });
    const answers = [
      await deliver(),
      await deliver(),
      await deliver({ type: "customer.updated" }),
      await receive("", ""),
    ];
    answers.push((await requeue(about.delivery)) ?? (await deliver()));
    expect(seen).toEqual(answers);
    expect(seen.map(({ status }) => status)).toEqual(["failed", "dead", "ignored", "rejected", "dead"]);
  });

  test("cannot change the answer by throwing, now or later", async () => {
    const warn = vi.fn();
    for (const onOutcome of [
      () => {
        throw new Error("metrics are down");
      },
      () => Promise.reject(new Error("metrics are down")),
    ]) {
      const { deliver } = delivering(vi.fn(), { onOutcome, logger: { warn } });
      expect((await deliver()).status).toBe("handled");
    }
    expect(warn).toHaveBeenCalledTimes(2);
  });

  test("sees no payload: what the event carries is in no outcome", async () => {
    const seen: Outcome[] = [];
    const { deliver } = delivering(vi.fn().mockRejectedValueOnce(new Error("no")), {
      onOutcome: (outcome) => void seen.push(outcome),
    });
    const canary = "jenny@example.com";
    for (const id of ["evt_1", "evt_1", "evt_1", "evt_2\r\nforged: line"]) {
      await deliver({
        id,
        data: { object: { object: "subscription", customer: "cus_acme", email: canary } },
      });
    }
    expect(seen.map(({ status }) => status)).toEqual(["failed", "handled", "duplicate", "rejected"]);
    const printed = inspect(seen, { depth: 12 }) + JSON.stringify(seen);
    expect(printed).not.toContain(canary);
    expect(printed).not.toContain("forged");
  });
});
