import { afterEach, describe, expect, test, vi } from "vitest";
import { toDelivery } from "../../src/webhooks/inbox/inbox.js";
import { lastingSpan } from "../../src/webhooks/tracing.js";
import { ConfigurationError, type DurableInbox, memoryInbox } from "../../src/webhooks.js";
import { about, delivering } from "./delivering.js";
import { recordSpans } from "./recorded-spans.js";
import { eventBody } from "./signed-delivery.js";

const TYPE = "customer.subscription.updated";

afterEach(() => vi.restoreAllMocks());

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe("the span of a delivery", () => {
  test.each<[string, Record<string, unknown>, object]>([
    ["that is handled", {}, { "billing.webhook.outcome": "handled", "stripe.event.type": TYPE }],
    [
      "that is ignored, with the reason",
      { type: "customer.updated" },
      {
        "billing.webhook.outcome": "ignored",
        "stripe.event.type": "customer.updated",
        "billing.webhook.reason": "no_handler",
      },
    ],
    [
      "whose tenant is not known, as an error",
      { data: { object: { object: "subscription", customer: "cus_new" } } },
      { "billing.webhook.outcome": "unresolved", "stripe.event.type": TYPE, status: 2 },
    ],
  ])("is marked as one %s", async (_, fields, attributes) => {
    const { tracer, spans } = recordSpans();
    const { deliver } = delivering(vi.fn(), { tracer, logger: { warn: () => undefined } });
    await deliver(fields);
    expect(spans.at(-1)).toStrictEqual({ path: "webhook receive", attributes });
  });

  test("is marked as rejected, without a type, where it was not Stripe's", async () => {
    const { tracer, spans } = recordSpans();
    const { receive } = delivering(vi.fn(), { tracer, logger: { warn: () => undefined } });
    await receive("{}", undefined);
    expect(spans.at(-1)).toStrictEqual({
      path: "webhook receive",
      attributes: { "billing.webhook.outcome": "rejected", status: 2 },
    });
  });

  test("is another for a requeue, with the handler inside", async () => {
    const { tracer, spans } = recordSpans();
    const { deliver, requeue } = delivering(() => Promise.reject(new Error("poison")), {
      tracer,
      logger: { warn: () => undefined },
      inbox: memoryInbox({ maxAttempts: 1 }),
    });
    await deliver();
    spans.splice(0);
    await requeue(about.delivery);
    expect(spans).toEqual([
      { path: `webhook requeue > webhook handle ${TYPE}`, attributes: { status: 2 } },
      {
        path: "webhook requeue",
        attributes: { "billing.webhook.outcome": "dead", "stripe.event.type": TYPE, status: 2 },
      },
    ]);
  });
});

describe("the span of what is taken up", () => {
  /** An inbox that has one delivery, and cannot keep what came of it where `fail` says why. */
  function holdingOne(fail?: Error): DurableInbox<undefined> & { readonly signals: unknown[] } {
    const memory = memoryInbox();
    const signals: unknown[] = [];
    const body = eventBody();
    const delivery = toDelivery({ event: JSON.parse(body), body });
    return {
      ...memory,
      signals,
      store: async () => ({ status: "stored" }),
      find: async () => delivery,
      processNext: async (work, options) => {
        signals.push(options?.signal);
        const result = await memory.process(delivery, work);
        if (fail !== undefined) throw fail;
        return result.status === "duplicate" ? undefined : { delivery, result };
      },
      waitForDue: ({ signal }) =>
        new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true })),
      release: async () => false,
    };
  }

  test("is of work, where a queue named it", async () => {
    const { tracer, spans } = recordSpans();
    const { workOne } = delivering(vi.fn(), { tracer, inbox: holdingOne() });
    expect(await workOne(about.delivery)).toMatchObject({ status: "handled" });
    expect(spans).toEqual([
      { path: `webhook work > webhook handle ${TYPE}`, attributes: {} },
      {
        path: "webhook work",
        attributes: { "billing.webhook.outcome": "handled", "stripe.event.type": TYPE },
      },
    ]);
  });

  test("is an error's where the inbox could not keep what came of it; the work ends with that", async () => {
    const { tracer, spans } = recordSpans();
    const inbox = holdingOne(new ConfigurationError("The tables are missing."));
    const { work } = delivering(vi.fn(), { tracer, inbox });
    const { signal } = new AbortController();
    await expect(work({ signal, concurrency: 1 })).rejects.toThrow("The tables are missing.");
    expect(spans).toEqual([
      { path: `webhook work > webhook handle ${TYPE}`, attributes: {} },
      { path: "webhook work", attributes: { status: 2 } },
    ]);
    expect(inbox.signals).toEqual([expect.any(AbortSignal)]);
  });
});

describe("a span that lasts", () => {
  test("begins with its work and ends when it is closed", async () => {
    const { tracer, spans } = recordSpans();
    const lasting = lastingSpan(tracer, "webhook work");
    expect(lasting.span).toBeUndefined();
    expect(await lasting.run(async () => "done")).toBe("done");
    lasting.span?.setAttribute("found", true);
    await nextTurn();
    expect(spans).toEqual([]);
    lasting.close();
    await nextTurn();
    expect(spans).toEqual([{ path: "webhook work", attributes: { found: true } }]);
  });

  test("ends as a failure where what came of the work could not be kept", async () => {
    const { tracer, spans } = recordSpans();
    const lasting = lastingSpan(tracer, "webhook work");
    await lasting.run(async () => undefined);
    lasting.fail(new Error("connection lost at commit"));
    lasting.close();
    await nextTurn();
    expect(spans).toEqual([{ path: "webhook work", attributes: { status: 2 } }]);
  });

  test("hands on the failure of its work", async () => {
    const { tracer } = recordSpans();
    const lasting = lastingSpan(tracer, "webhook work");
    await expect(lasting.run(() => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    lasting.close();
  });

  test("may be closed or fail before any work was found", () => {
    const lasting = lastingSpan(recordSpans().tracer, "webhook work");
    expect(() => lasting.fail(new Error("the store is down"))).not.toThrow();
    expect(() => lasting.close()).not.toThrow();
  });
});

test("a tracer's first failure is one warning of the process", async () => {
  vi.resetModules();
  const fresh = await import("../../src/webhooks/tracing.js");
  const emit = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  const tracer = {
    startActiveSpan: () => {
      throw new TypeError("the exporter is gone");
    },
  };
  for (let count = 0; count < 3; count += 1)
    await fresh.inSpan(tracer, "webhook receive", async () => undefined);
  expect(emit).toHaveBeenCalledExactlyOnceWith(
    expect.stringMatching(/^tracer failed \(TypeError: the exporter is gone\)/),
    "BillingListenerWarning",
  );
});
