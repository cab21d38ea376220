import { describePostgres } from "@repo/test-kit/postgres-schema";
import type { PoolClient } from "pg";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { AbortedError } from "../../src/errors.js";
import { toWork } from "../../src/webhooks/work.js";
import {
  ConfigurationError,
  createWebhookReceiver,
  memoryInbox,
  type Outcome,
  type WebhookHandler,
  type WebhookInbox,
  type WebhookReceiverOptions,
} from "../../src/webhooks.js";
import { receiver } from "./delivering.js";
import { endSessions, type OpenPostgresInbox, openPostgresInbox } from "./inbox/postgres/open-inbox.js";
import { recordSpans } from "./recorded-spans.js";
import {
  type BoundBilling,
  catchError,
  eventBody,
  headerFor,
  now,
  SECRET,
  twoTenants,
} from "./signed-delivery.js";

const AN_HOUR_MS = 3_600_000;

type Handler = WebhookHandler<"customer.subscription.updated", BoundBilling, PoolClient>;
type Options = Partial<WebhookReceiverOptions<BoundBilling, PoolClient>>;

/** A receiver that answers once an event is stored. */
function storing(inbox: WebhookInbox<PoolClient>, handler: Handler, options: Options = {}) {
  const warnings: string[] = [];
  const outcomes: Outcome[] = [];
  const webhooks = createWebhookReceiver<BoundBilling, PoolClient>({
    signingSecrets: [SECRET],
    billing: twoTenants(),
    inbox,
    now,
    respond: "stored",
    objects: "delivered",
    logger: { warn: (message) => void warnings.push(message) },
    onOutcome: (outcome) => void outcomes.push(outcome),
    on: { "customer.subscription.updated": handler },
    ...options,
  });
  const deliver = (id: string, fields: Record<string, unknown> = {}) => {
    const data = {
      object: { id: `sub_${id}`, object: "subscription", customer: "cus_acme", status: "active" },
    };
    const body = eventBody({ id, data, ...fields });
    return webhooks.receive(body, headerFor(body));
  };
  return { ...webhooks, deliver, warnings, outcomes };
}

describePostgres("a receiver that answers once an event is stored", () => {
  const opened: OpenPostgresInbox[] = [];
  const stops: (() => Promise<void>)[] = [];

  afterEach(async () => {
    await Promise.all(stops.splice(0).map((stop) => stop()));
    await Promise.all(opened.splice(0).map((one) => one.schema.drop()));
  });

  async function open(settings: { readonly maxAttempts?: number } = {}) {
    const store = await openPostgresInbox(settings);
    opened.push(store);
    return store;
  }

  /** Begins to work; resolves the work when it is stopped, at the latest after the test. */
  function begin(
    webhooks: ReturnType<typeof storing>,
    options: { concurrency?: number; pollMs?: number } = {},
  ) {
    const stop = new AbortController();
    const working = webhooks.work({ signal: stop.signal, pollMs: AN_HOUR_MS, ...options });
    const end = () => {
      stop.abort();
      return working;
    };
    stops.push(end);
    return end;
  }

  test("acknowledges it before a handler was called, and once more as a duplicate after that", async () => {
    const { inbox } = await open();
    const handler = vi.fn<Handler>();
    const webhooks = storing(inbox, handler);
    expect(await webhooks.deliver("evt_1")).toMatchObject({
      status: "stored",
      delivery: { eventId: "evt_1" },
    });
    expect(await webhooks.deliver("evt_1")).toMatchObject({ status: "stored" });
    expect(handler).not.toHaveBeenCalled();
    begin(webhooks);
    await vi.waitFor(() =>
      expect(webhooks.outcomes.at(-1)).toMatchObject({ status: "handled", tenantId: "acme" }),
    );
    expect(handler).toHaveBeenCalledTimes(1);
    expect(await webhooks.deliver("evt_1")).toMatchObject({ status: "duplicate" });
  });

  test("takes up those of its own mode alone, where a receiver of the other mode shares its inbox", async () => {
    const { inbox, peer } = await open();
    const inMode = (mode: "live" | "test") => ({
      billing: { ...twoTenants(), receiverFacts: () => ({ mode, tenantsBy: "customer" as const }) },
    });
    const handler = vi.fn<Handler>();
    const both = [storing(inbox, handler, inMode("live")), storing(peer, handler, inMode("test"))];
    for (const id of ["evt_1", "evt_2", "evt_3"]) {
      for (const [index, one] of both.entries()) await one.deliver(id, { livemode: index === 0 });
    }
    for (const one of both) begin(one, { concurrency: 1 });
    await vi.waitFor(() => expect(handler).toHaveBeenCalledTimes(6));
    await vi.waitFor(async () => expect(await inbox.readStats()).toMatchObject({ held: 0, waiting: 0 }));
    expect(both.map(({ warnings }) => warnings)).toEqual([[], []]);
  });

  test("says that a dead one is busy while another process tries it once more", async () => {
    const { inbox, peer } = await open({ maxAttempts: 1 });
    let finish = () => {};
    const held = new Promise<void>((resolve) => (finish = resolve));
    const handler = vi.fn<Handler>().mockRejectedValueOnce(new Error("poison")).mockReturnValueOnce(held);
    const webhooks = storing(inbox, handler, { respond: "handled" });
    const { delivery } = await webhooks.deliver("evt_1");
    if (delivery === undefined) throw new Error("evt_1 was refused");
    const first = webhooks.requeue(delivery);
    await vi.waitFor(() => expect(handler).toHaveBeenCalledTimes(2));
    expect(await storing(peer, handler).requeue(delivery)).toMatchObject({
      status: "busy",
      delivery,
      eventType: "customer.subscription.updated",
    });
    finish();
    expect(await first).toMatchObject({ status: "handled", attempt: 2 });
    expect(await webhooks.requeue(delivery)).toBeUndefined();
  });

  test("hands it to a process that waits for it, at once, although that looks only every hour", async () => {
    const { inbox, peer } = await open();
    const handler = vi.fn<Handler>();
    const worker = storing(peer, handler);
    begin(worker);
    const web = storing(inbox, handler);
    for (const id of ["evt_1", "evt_2", "evt_3"]) {
      await web.deliver(id);
      await vi.waitFor(
        () => expect(worker.outcomes.at(-1)).toMatchObject({ delivery: { eventId: id } }),
        10_000,
      );
    }
    expect(worker.outcomes.map(({ status }) => status)).toEqual(["handled", "handled", "handled"]);
  });

  test("commits what the handler writes with the mark that it was handled", async () => {
    const { inbox, effects } = await open();
    const webhooks = storing(inbox, async (event, { tx, attempt }) => {
      await effects?.write(tx, event.id);
      if (attempt === 1) throw new Error("after writing");
    });
    await webhooks.deliver("evt_1");
    begin(webhooks);
    await vi.waitFor(() => expect(webhooks.outcomes.at(-1)?.status).toBe("handled"), 20_000);
    expect(await effects?.count("evt_1")).toBe(1);
    expect(webhooks.warnings).toEqual([expect.stringMatching(/failed on attempt 1; it will be tried again/)]);
  });

  test("works on as many at once as it was told, and on no more", async () => {
    const { inbox } = await open();
    let running = 0;
    let most = 0;
    const webhooks = storing(inbox, async () => {
      running += 1;
      most = Math.max(most, running);
      await vi.waitFor(() => expect(most).toBe(3), 10_000);
      await new Promise((resolve) => setTimeout(resolve, 20));
      running -= 1;
    });
    for (let count = 0; count < 9; count += 1) await webhooks.deliver(`evt_${count}`);
    begin(webhooks, { concurrency: 3 });
    await vi.waitFor(
      () => expect(webhooks.outcomes.filter(({ status }) => status === "handled")).toHaveLength(9),
      20_000,
    );
    expect(most).toBe(3);
  });

  test("ends when it is told to: takes up nothing more, and waits for what is at work", async () => {
    const { inbox } = await open();
    let finish = () => {};
    const handler = vi.fn<Handler>(() => new Promise<void>((resolve) => (finish = resolve)));
    const webhooks = storing(inbox, handler);
    await webhooks.deliver("evt_1");
    await webhooks.deliver("evt_2");
    const end = begin(webhooks, { concurrency: 1 });
    await vi.waitFor(() => expect(handler).toHaveBeenCalled());
    const ended = vi.fn();
    const ending = end().then(ended);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(ended).not.toHaveBeenCalled();
    finish();
    await ending;
    expect(handler).toHaveBeenCalledTimes(1);
    expect(await inbox.readStats()).toMatchObject({ held: 0, waiting: 1 });
  });

  test("goes on when the database has ended all its sessions, and tells it once", async () => {
    const { inbox, peer, schema } = await open();
    const worker = storing(peer, async () => undefined);
    begin(worker, { pollMs: 200 });
    await storing(inbox, async () => undefined).deliver("evt_1");
    await vi.waitFor(() => expect(worker.outcomes.at(-1)?.status).toBe("handled"), 10_000);
    await endSessions(schema);
    await storing(inbox, async () => undefined).deliver("evt_2");
    await vi.waitFor(
      () => expect(worker.outcomes.at(-1)).toMatchObject({ delivery: { eventId: "evt_2" } }),
      10_000,
    );
    expect(worker.warnings.length).toBeLessThan(2);
  });

  test("handles no stored event of the other mode, also where its inbox hands it one", async () => {
    const { inbox } = await open();
    const handler = vi.fn<Handler>();
    await storing(inbox, handler).deliver("evt_1");
    const live = {
      ...twoTenants(),
      receiverFacts: () => ({ mode: "live" as const, tenantsBy: "customer" as const }),
    };
    const modeless: typeof inbox = {
      ...inbox,
      processNext: (work, { signal } = {}) => inbox.processNext(work, { signal }),
    };
    const worker = storing(modeless, handler, { billing: live });
    const key = { eventId: "evt_1", livemode: false };
    const error = { code: "mode_mismatch" };
    for (const call of [worker.workOne, worker.requeue]) {
      expect(await call(key)).toMatchObject({ status: "rejected", error });
    }
    const untried = (await inbox.find(key)) ?? expect.fail("it was stored");
    expect(await inbox.process(untried, async ({ attempt }) => attempt)).toMatchObject({ value: 1 });
    await storing(inbox, handler).deliver("evt_2");
    begin(worker);
    const failed = { status: "failed", error, delivery: { eventId: "evt_2" } };
    await vi.waitFor(() => expect(worker.outcomes.at(-1)).toMatchObject(failed));
    expect(handler).not.toHaveBeenCalled();
  });

  test("handles the one that a queue names, once, however often and before whatever else is due", async () => {
    const { inbox, peer } = await open();
    const handler = vi.fn<Handler>();
    await storing(inbox, handler).deliver("evt_1");
    const { delivery } = await storing(inbox, handler).deliver("evt_2");
    const workers = [storing(inbox, handler), storing(peer, handler)];
    const key = delivery ?? expect.fail("it was stored");
    const outcomes = await Promise.all([...workers, ...workers].map((worker) => worker.workOne(key)));
    const handled = outcomes.filter((outcome) => outcome?.status === "handled");
    expect(handled).toEqual([expect.objectContaining({ delivery: key, tenantId: "acme", attempt: 1 })]);
    expect(handler.mock.calls.map(([event]) => event.id)).toEqual(["evt_2"]);
    expect(await workers[0]?.workOne(key)).toBeUndefined();
    expect(await workers[0]?.workOne({ ...key, account: "acct_globex" })).toBeUndefined();
    expect(await inbox.readStats()).toMatchObject({ held: 0, waiting: 1 });
  });

  test("tries the one that a queue names again when the queue does, and reports each outcome", async () => {
    const { inbox } = await open();
    const webhooks = storing(inbox, async (_event, { attempt }) => {
      if (attempt === 1) throw new Error("not yet");
    });
    const { delivery: key } = await webhooks.deliver("evt_1");
    for (const [attempt, status] of ["failed", "handled"].entries()) {
      const outcome = await webhooks.workOne(key ?? expect.fail("it was stored"));
      expect(outcome).toMatchObject({ status, attempt: attempt + 1 });
      expect(webhooks.outcomes.at(-1)).toBe(outcome);
    }
  });

  test("makes a span of each event that it takes up, with its handler inside, and none while it waits", async () => {
    const { inbox } = await open();
    const { tracer, spans } = recordSpans();
    const fail = () => Promise.reject(new Error("not yet"));
    const worker = storing(inbox, fail, { tracer });
    await worker.deliver("evt_1");
    spans.splice(0);
    begin(worker, { pollMs: 10, concurrency: 1 });
    await vi.waitFor(() => expect(spans).toHaveLength(2), 10_000);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(spans).toEqual([
      { path: "webhook work > webhook handle customer.subscription.updated", attributes: { status: 2 } },
      {
        path: "webhook work",
        attributes: {
          "billing.webhook.outcome": "failed",
          "stripe.event.type": "customer.subscription.updated",
          status: 2,
        },
      },
    ]);
  });

  test("stops waiting for the one that a queue names when the queue's signal says so", async () => {
    const { inbox } = await open();
    const stop = new AbortController();
    const webhooks = storing(
      inbox,
      (_event, { signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason));
          stop.abort();
        }),
    );
    const { delivery: key } = await webhooks.deliver("evt_1");
    const outcome = webhooks.workOne(key ?? expect.fail("it was stored"), { signal: stop.signal });
    expect(await outcome).toMatchObject({ status: "failed", attempt: 1 });
  });

  test("says in one sentence that the tables are missing", async () => {
    const { inbox, schema } = await open();
    await schema.pool.query(`DROP TABLE "${schema.name}".migrations`);
    const webhooks = storing(inbox, async () => undefined);
    await expect(webhooks.work({ signal: new AbortController().signal })).rejects.toThrow(ConfigurationError);
  });
});

describe("work on a store that does not answer", () => {
  const never = () => new Promise<never>(() => undefined);

  test.each([
    ["whether something is due", { takeNext: async () => undefined, waitForDue: never }, 0],
    ["a claim, which it waits five seconds for", { takeNext: never, waitForDue: never }, 5_000],
  ])("ends soon after it is told to, although it waits for %s", async (_, source, ms) => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const stop = new AbortController();
    const onEnd = vi.fn();
    void toWork({ ...source, logger: { warn: vi.fn() } })({ signal: stop.signal }).then(onEnd);
    await vi.advanceTimersByTimeAsync(60_000);
    stop.abort();
    await vi.advanceTimersByTimeAsync(ms);
    expect(onEnd).toHaveBeenCalledOnce();
  });

  test("begins nothing that was claimed after it has ended, and waits for what was claimed before", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const stop = new AbortController();
    const claims: (() => void)[] = [];
    const ends: (() => void)[] = [];
    const takeNext = (onClaim: () => void) =>
      new Promise<undefined>((resolve) => {
        claims.push(onClaim);
        ends.push(() => resolve(undefined));
      });
    const onEnd = vi.fn();
    const source = { takeNext, waitForDue: never, logger: { warn: vi.fn() } };
    void toWork(source)({ signal: stop.signal }).then(onEnd);
    claims[0]?.();
    expect(claims).toHaveLength(2);
    stop.abort();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(claims[1]).toThrow(AbortedError);
    expect(onEnd).not.toHaveBeenCalled();
    ends[0]?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(onEnd).toHaveBeenCalledOnce();
  });
});

describe("a receiver without a durable inbox", () => {
  test("cannot answer once an event is stored, nor take events up", async () => {
    const error = catchError(() => receiver({}, { respond: "stored" }));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toHaveProperty("message", expect.stringMatching(/outlives this process/));
    const webhooks = receiver({}, { inbox: memoryInbox() });
    await expect(webhooks.work({ signal: AbortSignal.abort() })).rejects.toThrow(ConfigurationError);
    await expect(webhooks.workOne({ eventId: "evt_1", livemode: false })).rejects.toThrow(ConfigurationError);
  });
});
