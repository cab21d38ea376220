import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { AbortedError, InvalidArgumentError, NotFoundError, PermissionError } from "../../../src/errors.js";
import {
  ConfigurationError,
  createWebhookReceiver,
  memoryInbox,
  type Reconcile,
  type ReconcileReport,
  type WebhookHandlers,
  type WebhookInbox,
} from "../../../src/webhooks.js";
import { headerFor, NOW_SECONDS, now, SECRET, twoTenants } from "../signed-delivery.js";
import { type FakeStripe, fakeStripe, listedEvent } from "./listed-events.js";

afterEach(() => {
  vi.useRealTimers();
});

const TYPE = "customer.subscription.updated";
const since = new Date((NOW_SECONDS - 1000) * 1000);

interface Process {
  readonly inbox?: WebhookInbox<undefined>;
  readonly on?: WebhookHandlers<object, undefined>;
}

/** A receiver whose handler writes down the ids of its events. */
function receiverOf(billing: FakeStripe, { inbox = memoryInbox(), on }: Process = {}) {
  const handled: string[] = [];
  const webhooks = createWebhookReceiver({
    signingSecrets: [SECRET],
    billing,
    inbox,
    on: on ?? { [TYPE]: (event) => void handled.push(event.id) },
    logger: { warn: () => undefined },
    now,
  });
  const deliver = (event: object) => {
    const body = JSON.stringify(event);
    return webhooks.receive(body, headerFor(body));
  };
  /** Faster than in earnest, unless a test says otherwise. */
  const reconcile: Reconcile = (options) => webhooks.reconcile({ maxRequestsPerSecond: 1000, ...options });
  return { ...webhooks, reconcile, handled, deliver };
}

const tenEvents = () =>
  Array.from({ length: 10 }, (_, index) => listedEvent(`evt_${index}`, NOW_SECONDS - 900 + index * 90));

describe("reconcile", () => {
  test("handles what never arrived, and nothing twice", async () => {
    const { reconcile, deliver, handled } = receiverOf(fakeStripe(tenEvents()));
    for (const index of [1, 4, 5]) await deliver(tenEvents()[index] ?? {});
    expect(await reconcile({ since })).toMatchObject({ listed: 10, recovered: 7, unsettled: 0, dead: 0 });
    expect(handled.toSorted()).toEqual(tenEvents().map(({ id }) => id));
    expect(await reconcile({ since })).toMatchObject({ listed: 10, recovered: 0, unsettled: 0, dead: 0 });
  });

  test("asks for the types with a handler alone, of the families they are of, twenty at a time", async () => {
    const billing = fakeStripe([]);
    const invoices = ["created", "paid", "voided", "updated", "deleted", "finalized", "sent", "overdue"];
    const names = ["customer.subscription", "customer.discount", "customer", "product", "price"];
    const types = [
      ...invoices.map((name) => `invoice.${name}`),
      ...names.flatMap((name) => ["created", "updated", "deleted"].map((verb) => `${name}.${verb}`)),
    ];
    const on = Object.fromEntries([...types, "v1.invoice.paid"].map((type) => [type, () => undefined]));
    const { reconcile, eventTypes } = receiverOf(billing, { on });
    await reconcile({ since });
    expect(eventTypes.toSorted()).toEqual([...types, "v1.invoice.paid"].toSorted());
    const asked = billing.queries.map(({ family, types: asksFor }) => `${asksFor.length} ${family}`).sort();
    expect(asked).toEqual(["1 thin", "20 snapshot", `${types.length - 20} snapshot`].sort());
    expect(billing.queries.flatMap((query) => query.types).toSorted()).toEqual(eventTypes.toSorted());
  });

  test("tells its outcomes as deliveries are told", async () => {
    const { reconcile, readStats } = receiverOf(fakeStripe(tenEvents()));
    await reconcile({ since });
    expect((await readStats()).outcomes.handled).toBe(10);
  });

  test("goes on from each page after a crash there, and loses and doubles nothing", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat({ max: 999 }), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.nat({ max: 4 }), { maxLength: 12 }),
        fc.boolean(),
        async (seconds, pageSize, crashes, forgetsProgress) => {
          const events = seconds.map((second) => listedEvent(`evt_${second}`, NOW_SECONDS - second));
          const { reconcile, handled } = receiverOf(fakeStripe(events, pageSize));
          let cursor: string | undefined;
          for (const pagesUntil of crashes) {
            let pages = 0;
            const onProgress = (report: ReconcileReport) => {
              // A process may die before it has stored the cursor, or after.
              if (pages === pagesUntil && forgetsProgress) throw new Error("crash");
              cursor = report.cursor;
              if (pages === pagesUntil) throw new Error("crash");
              pages += 1;
            };
            const run = reconcile({ since, cursor, onProgress });
            await run.catch((error: unknown) => expect(error).toMatchObject({ message: "crash" }));
          }
          await reconcile({ since, cursor });
          expect(handled.toSorted()).toEqual(events.map(({ id }) => id).toSorted());
        },
      ),
      { numRuns: 200 },
    );
  });

  test.each([
    ["an event that Stripe lists no more", new NotFoundError("It is gone.")],
    ["a page that Stripe refuses", new InvalidArgumentError('Stripe refused "page".')],
  ])("begins a list anew when a stopped run ended at %s", async (_, refusal) => {
    const billing = fakeStripe(tenEvents());
    const { reconcile, handled } = receiverOf(billing);
    let cursor: string | undefined;
    const crash = (report: ReconcileReport) => {
      cursor = report.cursor;
      throw new Error("crash");
    };
    await expect(reconcile({ since, onProgress: crash })).rejects.toThrow("crash");
    const listed = billing.events.get("") ?? [];
    billing.events.set("", [...listed.slice(0, 4), listedEvent("evt_new", NOW_SECONDS - 1)]);
    billing.refuseCursors(refusal);
    await reconcile({ cursor });
    expect(handled.toSorted()).toEqual(
      [0, 1, 2, 3, 7, 8, 9].map((index) => `evt_${index}`).concat("evt_new"),
    );
    // What is refused in the middle of a run is no page that an earlier run ended at.
    billing.refuseCursors(refusal, /.*/);
    await expect(reconcile({ since })).rejects.toBe(refusal);
  });

  test("lists no page again that a stopped run had passed", async () => {
    const billing = fakeStripe(tenEvents());
    const { reconcile } = receiverOf(billing);
    let last: ReconcileReport | undefined;
    const onProgress = (report: ReconcileReport) => {
      last = report;
      if (report.listed === 6) throw new Error("crash");
    };
    await expect(reconcile({ since, onProgress })).rejects.toThrow("crash");
    billing.queries.length = 0;
    expect(await reconcile({ cursor: last?.cursor })).toMatchObject({ listed: 4, recovered: 4 });
    expect(billing.queries.map(({ cursor }) => cursor)).toEqual(["evt_4", "evt_1"]);
  });

  test("goes on in each of several lists where that one was stopped", async () => {
    const names = ["created", "paid", "voided", "updated", "deleted", "finalized", "sent", "overdue"];
    const objects = ["customer.subscription", "customer.discount", "customer", "product", "price"];
    const types = [
      ...names.map((name) => `invoice.${name}`),
      ...objects.flatMap((object) => ["created", "updated", "deleted"].map((verb) => `${object}.${verb}`)),
    ].sort();
    // Of the first list and of the second.
    const ends = [types[0] ?? "", types.at(-1) ?? ""];
    const events = ends.flatMap((type) =>
      Array.from({ length: 4 }, (_, n) =>
        listedEvent(`evt_${type.replaceAll(".", "_")}_${n}`, NOW_SECONDS - 10 * n, { type }),
      ),
    );
    const handled: string[] = [];
    const on = Object.fromEntries(
      types.map((type) => [type, (event: { readonly id: string }) => void handled.push(event.id)]),
    );
    for (const accounts of [undefined, ["acct_1", "acct_2"]]) {
      handled.length = 0;
      const billing = fakeStripe([], 1);
      for (const account of accounts ?? [""]) {
        const own = account === "" ? {} : { account };
        billing.events.set(
          account,
          events.map((event) => ({ ...event, ...own })),
        );
      }
      const { reconcile } = receiverOf(billing, { on });
      const all = events.length * (accounts?.length ?? 1);
      let last: ReconcileReport | undefined;
      const onProgress = (report: ReconcileReport) => {
        last = report;
        // By now each list of four events has begun, however fast the others are.
        if (report.listed === all - 3) throw new Error("crash");
      };
      await expect(reconcile({ since, accounts, onProgress })).rejects.toThrow("crash");
      const listedBefore = last?.listed ?? 0;
      billing.queries.length = 0;
      const rest = await reconcile({ cursor: last?.cursor, accounts });
      expect(listedBefore + rest.listed).toBe(all);
      expect(billing.queries.some(({ cursor }) => cursor === undefined)).toBe(false);
      expect(handled).toHaveLength(all);
    }
  });

  test("never passes an event that failed: the next run lists it again", async () => {
    let isBroken = true;
    const seen: string[] = [];
    const on: WebhookHandlers<object, undefined> = {
      [TYPE]: (event) => {
        if (isBroken && event.id === "evt_2") throw new Error("broken");
        seen.push(event.id);
      },
    };
    const { reconcile } = receiverOf(fakeStripe(tenEvents()), { on });
    const first = await reconcile({ since, overlapSeconds: 0 });
    expect(first).toMatchObject({ listed: 10, recovered: 9, unsettled: 1, dead: 0 });
    isBroken = false;
    const second = await reconcile({ cursor: first.cursor, overlapSeconds: 0 });
    expect(second).toMatchObject({ listed: 8, recovered: 1, unsettled: 0, dead: 0 });
    expect(seen).toHaveLength(10);
    expect((await reconcile({ cursor: second.cursor, overlapSeconds: 0 })).listed).toBe(0);
  });

  test("remembers what failed before a crash", async () => {
    const on: WebhookHandlers<object, undefined> = {
      [TYPE]: (event) => {
        if (event.id === "evt_9") throw new Error("broken");
      },
    };
    const { reconcile } = receiverOf(fakeStripe(tenEvents()), { on });
    let cursor: string | undefined;
    const onProgress = (report: ReconcileReport) => {
      cursor = report.cursor;
      throw new Error("crash");
    };
    await expect(reconcile({ since, onProgress })).rejects.toThrow("crash");
    const end = await reconcile({ cursor, overlapSeconds: 0 });
    expect((await reconcile({ cursor: end.cursor })).listed).toBe(1);
  });

  test("takes an event that is dead, or of nobody, for settled", async () => {
    const on = { [TYPE]: () => Promise.reject(new Error("broken")) };
    const { reconcile } = receiverOf(fakeStripe(tenEvents()), { on, inbox: memoryInbox({ maxAttempts: 1 }) });
    expect(await reconcile({ since })).toMatchObject({ unsettled: 0, dead: 10 });
  });

  test("finds events that Stripe lists late, in the next run", async () => {
    const billing = fakeStripe(tenEvents());
    const { reconcile, handled } = receiverOf(billing);
    const { cursor } = await reconcile({ since });
    for (const age of [1, 90, 599])
      billing.events.get("")?.push(listedEvent(`evt_late_${age}`, NOW_SECONDS - age));
    await reconcile({ cursor });
    expect(handled.filter((id) => id.startsWith("evt_late"))).toHaveLength(3);
  });

  test("races live deliveries of the same events, and each is handled once", async () => {
    const events = Array.from({ length: 200 }, (_, index) =>
      listedEvent(`evt_${index}`, NOW_SECONDS - index),
    );
    const inbox = memoryInbox();
    const handled: string[] = [];
    const on: WebhookHandlers<object, undefined> = {
      [TYPE]: async (event) => {
        await new Promise((resolve) => setImmediate(resolve));
        handled.push(event.id);
      },
    };
    const one = receiverOf(fakeStripe(events, 10), { inbox, on });
    const other = receiverOf(fakeStripe(events, 7), { inbox, on });
    const [first] = await Promise.all([
      one.reconcile({ since }),
      other.reconcile({ since }),
      ...events.filter((_, index) => index % 3 === 0).map((event) => one.deliver(event)),
    ]);
    await one.reconcile({ cursor: first.cursor });
    expect(handled.toSorted()).toEqual(events.map(({ id }) => id).toSorted());
  });

  test("races live deliveries and requeues of the same events, and each is handled once", async () => {
    const events = Array.from({ length: 200 }, (_, index) =>
      listedEvent(`evt_${index}`, NOW_SECONDS - index),
    );
    const inbox = memoryInbox({ maxAttempts: 1 });
    const handled: string[] = [];
    let isBroken = true;
    const on: WebhookHandlers<object, undefined> = {
      [TYPE]: async (event) => {
        await new Promise((resolve) => setImmediate(resolve));
        if (isBroken) throw new Error("broken");
        handled.push(event.id);
      },
    };
    const billing = fakeStripe(events, 10);
    const { reconcile, deliver, requeue } = receiverOf(billing, { inbox, on });
    const dead = events.filter((_, index) => index % 2 === 0);
    await Promise.all(dead.map((event) => deliver(event)));
    isBroken = false;
    await Promise.all([
      reconcile({ since }),
      ...events.map((event) => deliver(event)),
      ...dead.flatMap(({ id: eventId }) => [
        requeue({ eventId, livemode: false }),
        requeue({ eventId, livemode: false }),
      ]),
    ]);
    expect(handled.toSorted()).toEqual(events.map(({ id }) => id).toSorted());
    expect(await inbox.listDead()).toEqual([]);
  });

  test("ends when its signal aborts", async () => {
    const { reconcile, handled } = receiverOf(fakeStripe(tenEvents()));
    const stop = new AbortController();
    const onProgress = () => stop.abort();
    const run = reconcile({ since, onProgress, signal: stop.signal });
    await expect(run).rejects.toBeInstanceOf(AbortedError);
    expect(handled).toHaveLength(3);
  });

  test("rejects with Stripe's error when a list cannot be read", async () => {
    const billing = fakeStripe([]);
    const down = new Error("Stripe is down");
    const { reconcile } = receiverOf({ ...billing, listEvents: () => Promise.reject(down) });
    await expect(reconcile({ since })).rejects.toBe(down);
  });
});

describe("reconcile of connected accounts", () => {
  const accounts = Array.from({ length: 1000 }, (_, index) => `acct_${index}`);
  function thousandAccounts() {
    const billing = fakeStripe([]);
    for (const account of accounts)
      billing.events.set(account, [listedEvent(`evt_of_${account}`, NOW_SECONDS - 10)]);
    return billing;
  }

  test("goes through a thousand of them in 25 seconds at 50 requests a second, and never above that", async () => {
    vi.useFakeTimers();
    const billing = thousandAccounts();
    const sentAtMs: number[] = [];
    const { reconcile, handled } = receiverOf({
      ...billing,
      listEvents: async (query) => {
        sentAtMs.push(performance.now());
        await new Promise((resolve) => setTimeout(resolve, 250));
        return (await billing.listEvents?.(query)) ?? { events: [] };
      },
    });
    const startedAtMs = performance.now();
    const run = reconcile({ since, accounts, maxRequestsPerSecond: 50 });
    await vi.advanceTimersByTimeAsync(25_000);
    expect(await run).toMatchObject({ listed: 1000, recovered: 1000 });
    expect(new Set(handled).size).toBe(1000);
    expect((sentAtMs.at(-1) ?? 0) - startedAtMs).toBeGreaterThan(19_000);
    for (const [index, atMs] of sentAtMs.entries())
      expect((sentAtMs[index + 50] ?? Number.POSITIVE_INFINITY) - atMs).toBeGreaterThanOrEqual(999);
  });

  test("hands each event over as its account's, as its delivery would be", async () => {
    const billing = thousandAccounts();
    const { reconcile, deliver } = receiverOf(billing);
    const [event] = billing.events.get("acct_7") ?? [];
    expect((await deliver({ ...event, account: "acct_7" })).status).toBe("handled");
    expect(await reconcile({ since, accounts: ["acct_7"] })).toMatchObject({ listed: 1, recovered: 0 });
  });

  test("refuses the event of another account on an account's list", async () => {
    const billing = fakeStripe([]);
    billing.events.set("acct_1", [listedEvent("evt_1", NOW_SECONDS - 10, { account: "acct_2" })]);
    const { reconcile, handled } = receiverOf(billing);
    await expect(reconcile({ since, accounts: ["acct_1"] })).rejects.toBeInstanceOf(InvalidArgumentError);
    expect(handled).toEqual([]);
  });

  test("goes on after a crash with the accounts that were left", async () => {
    const billing = thousandAccounts();
    const { reconcile, handled } = receiverOf(billing);
    let cursor: string | undefined;
    const onProgress = (report: ReconcileReport) => {
      cursor = report.cursor;
      if (report.listed === 400) throw new Error("crash");
    };
    const read = async function* () {
      yield* accounts;
    };
    const options = { since, accounts: read };
    await expect(reconcile({ ...options, onProgress })).rejects.toThrow("crash");
    billing.queries.length = 0;
    await reconcile({ ...options, cursor });
    expect(billing.queries.length).toBeLessThan(620);
    expect(handled.toSorted()).toEqual(accounts.map((account) => `evt_of_${account}`).toSorted());
    expect(cursor?.length).toBeLessThan(2000);
  });

  test("closes what they are read from, when it fails or starts over", async () => {
    const { reconcile } = receiverOf(thousandAccounts());
    let cursor: string | undefined;
    const opened = { count: 0, closed: 0 };
    const read = (ids: readonly string[]) =>
      async function* () {
        opened.count += 1;
        try {
          yield* ids;
        } finally {
          opened.closed += 1;
        }
      };
    const onProgress = (report: ReconcileReport) => {
      cursor = report.cursor;
      if (report.listed === 40) throw new Error("crash");
    };
    await expect(reconcile({ since, accounts: read(accounts), onProgress })).rejects.toThrow("crash");
    expect(opened).toEqual({ count: 1, closed: 1 });
    await reconcile({ since, cursor, accounts: read(accounts.toReversed()) });
    expect(opened).toEqual({ count: 3, closed: 3 });
  });

  test("do not hold up the end of a run that is told to end, when they hang", async () => {
    const { reconcile } = receiverOf(thousandAccounts());
    const stop = new AbortController();
    const hanging = async function* () {
      yield "acct_1";
      stop.abort();
      await new Promise(() => undefined);
    };
    const run = reconcile({ since, accounts: hanging, signal: stop.signal });
    await expect(run).rejects.toMatchObject({ code: "aborted" });
  });

  test("are gone through anew from a cursor that has passed more of them than there are", async () => {
    const { reconcile, handled } = receiverOf(thousandAccounts());
    let cursor = "";
    const onProgress = (report: ReconcileReport) => {
      cursor = report.cursor;
    };
    await reconcile({ since, accounts: ["acct_1"], onProgress });
    handled.length = 0;
    const passed = JSON.stringify({ ...JSON.parse(cursor), passed: 2 ** 50 });
    const report = await reconcile({ cursor: passed, accounts: ["acct_1", "acct_2"] });
    expect(report.listed).toBe(2);
    expect(handled).toEqual(["evt_of_acct_2"]);
  });

  test("leaves out those that the key has no access to any more, and names them", async () => {
    const billing = thousandAccounts();
    const cause = { code: "account_invalid" };
    const refusing: FakeStripe = {
      ...billing,
      listEvents: async (query) => {
        if (query.account === "acct_2") throw new PermissionError("The API key has no access.", { cause });
        return (await billing.listEvents?.(query)) ?? { events: [] };
      },
    };
    const { reconcile, handled } = receiverOf(refusing);
    const report = await reconcile({ since, accounts: ["acct_1", "acct_2", "acct_3"] });
    expect(report).toMatchObject({ listed: 2, recovered: 2, refusedAccounts: ["acct_2"] });
    expect(handled.toSorted()).toEqual(["evt_of_acct_1", "evt_of_acct_3"]);
    expect(await reconcile({ cursor: report.cursor, accounts: ["acct_1"] })).not.toHaveProperty(
      "refusedAccounts",
    );
  });

  test("are none left out for another lack of permission", async () => {
    const error = new PermissionError("The restricted API key lacks a permission.");
    const billing = { ...thousandAccounts(), listEvents: () => Promise.reject(error) };
    await expect(receiverOf(billing).reconcile({ since, accounts: ["acct_1"] })).rejects.toBe(error);
  });

  test("begins anew when the accounts are not those of the cursor", async () => {
    const billing = thousandAccounts();
    const { reconcile, handled } = receiverOf(billing);
    let cursor: string | undefined;
    const onProgress = (report: ReconcileReport) => {
      cursor = report.cursor;
      if (report.listed === 2) throw new Error("crash");
    };
    const run = reconcile({ since, accounts: ["acct_1", "acct_2", "acct_3"], onProgress });
    await expect(run).rejects.toThrow("crash");
    await reconcile({ cursor, accounts: ["acct_9", "acct_1", "acct_2", "acct_3"] });
    expect(handled.toSorted()).toEqual(["evt_of_acct_1", "evt_of_acct_2", "evt_of_acct_3", "evt_of_acct_9"]);
  });
});

describe("the options of reconcile", () => {
  const { reconcile } = receiverOf(fakeStripe([]));
  const day = 86_400_000;

  test.each([
    {},
    { since: new Date(Number.NaN) },
    { since: "2026-11-01" as never },
    { since: new Date(now() - 31 * day) },
    { since, until: new Date(since.getTime() - 1000) },
    { cursor: "tomorrow" },
    { cursor: "{}" },
    { cursor: '{"fromSeconds":1,"pages":{"a":1}}' },
    { since, accounts: "acct_1" as never },
    { since, onProgress: "log" as never },
  ])("are refused: %o", async (options) => {
    await expect(reconcile(options)).rejects.toBeInstanceOf(InvalidArgumentError);
  });

  test.each([
    { since, from: since },
    { since, maxRequestsPerSecond: 0 },
    { since, overlapSeconds: -1 },
  ])("are refused where their name or range is wrong: %o", async (options) => {
    await expect(reconcile(options)).rejects.toBeInstanceOf(ConfigurationError);
  });

  test("may hold a cursor that is older than what Stripe lists", async () => {
    const billing = fakeStripe([]);
    const cursor = JSON.stringify({ fromSeconds: NOW_SECONDS - 40 * 86_400 });
    await receiverOf(billing).reconcile({ cursor });
    expect(billing.queries[0]?.fromSeconds).toBe(NOW_SECONDS - 30 * 86_400);
  });

  test("need a billing service that lists events", async () => {
    const webhooks = createWebhookReceiver({
      signingSecrets: [SECRET],
      billing: twoTenants(),
      inbox: memoryInbox(),
      on: {},
    });
    await expect(webhooks.reconcile({ since })).rejects.toBeInstanceOf(ConfigurationError);
  });
});
