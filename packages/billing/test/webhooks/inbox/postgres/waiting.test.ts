import { setTimeout as sleep } from "node:timers/promises";
import { createSchema, describePostgres, type Schema } from "@repo/test-kit/postgres-schema";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { migrateInbox, postgresInbox } from "../../../../src/postgres.js";
import { aDelivery } from "../../../../src/testing/inbox-contract/deliveries.js";
import type { Answer, Database } from "../../../../src/webhooks/inbox/postgres/database.js";
import { writeStatements } from "../../../../src/webhooks/inbox/postgres/statements.js";
import { Waiting } from "../../../../src/webhooks/inbox/postgres/waiting.js";

const HOUR_MS = 3_600_000;
const done = async () => undefined;
const fail = () => Promise.reject(new Error("broken"));

describePostgres("a process that waits for what is due in Postgres", () => {
  let schema: Schema;
  const stops: AbortController[] = [];

  beforeEach(async () => {
    schema = await createSchema();
    await migrateInbox(schema.pool, { schema: schema.name });
  });

  afterEach(async () => {
    for (const stop of stops.splice(0)) stop.abort();
    await schema.drop();
  });

  /** An inbox of another process. A pool of fewer than three connections has none to listen with. */
  const open = ({ max = 2, maxAttempts = 2 } = {}) =>
    postgresInbox({ pool: schema.connect({ max }), schema: schema.name, maxAttempts });

  /** Waits for an hour at most, and tells whether it has ended. */
  function wait(inbox: ReturnType<typeof open>) {
    const stop = new AbortController();
    stops.push(stop);
    const waiting = { isOver: false, ended: inbox.waitForDue({ signal: stop.signal, pollMs: HOUR_MS }) };
    void waiting.ended.then(() => {
      waiting.isOver = true;
    });
    return waiting;
  }

  test("hears of what another process stores", async () => {
    const inbox = open({ max: 3 });
    // It is woken in vain once, by which it knows that it can hear.
    await wait(inbox).ended;
    const waiting = wait(inbox);
    await sleep(200);
    expect(waiting.isOver).toBe(false);
    await open().store(aDelivery("evt_1"));
    await waiting.ended;
  });

  test("hears of what it stores itself, and of nothing that was there", async () => {
    const inbox = open();
    await inbox.process(aDelivery("evt_handled"), done);
    const waiting = wait(inbox);
    await sleep(200);
    await inbox.store(aDelivery("evt_handled"));
    await sleep(100);
    expect(waiting.isOver).toBe(false);
    await inbox.store(aDelivery("evt_1"));
    await waiting.ended;
  });

  test("hears of a dead event that is released, and not of one that is not dead", async () => {
    const inbox = open({ maxAttempts: 1 });
    await inbox.process(aDelivery("evt_1"), fail);
    const waiting = wait(inbox);
    await sleep(200);
    expect(await inbox.release(aDelivery("evt_2").key)).toBe(false);
    await sleep(100);
    expect(waiting.isOver).toBe(false);
    expect(await inbox.release(aDelivery("evt_1").key)).toBe(true);
    await waiting.ended;
  });

  test("hears of an attempt that failed, whose next is due sooner than its lease was, and of no other", async () => {
    const inbox = open();
    const waiting = wait(inbox);
    await sleep(200);
    await inbox.process(aDelivery("evt_1"), done);
    await sleep(100);
    expect(waiting.isOver).toBe(false);
    await inbox.process(aDelivery("evt_2"), fail);
    await waiting.ended;
  });

  test("goes on when the time comes", async () => {
    const inbox = open();
    await inbox.store(aDelivery("evt_1"));
    await schema.pool.query(`UPDATE "${schema.name}".pending SET due_at = now() + interval '1.5 s'`);
    const waiting = wait(inbox);
    await sleep(300);
    expect(waiting.isOver).toBe(false);
    await waiting.ended;
    expect((await inbox.processNext(done))?.result.status).toBe("handled");
  });

  test("ends when it is told to, and at once when it was told before", async () => {
    const stop = new AbortController();
    const waiting = open().waitForDue({ signal: stop.signal, pollMs: HOUR_MS });
    await sleep(100);
    stop.abort();
    await waiting;
    await open().waitForDue({ signal: stop.signal, pollMs: HOUR_MS });
  });
});

describe("the time that a process waits", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  /** Waits where the database says when something is due. */
  function waitFor(dueInMs: string | null, pollMs: number) {
    const query = vi.fn(async (): Promise<Answer> => ({ rows: [{ due_in_ms: dueInMs }] }));
    const session: Database<unknown>["session"] = () => expect.unreachable("It needs no session.");
    const database = { query, queryInBackground: query, session };
    const stop = new AbortController();
    const waiting = new Waiting(database, writeStatements(), "channel");
    const over = vi.fn();
    void waiting.wait(stop.signal, pollMs, undefined).then(over);
    return { over, query, stop, waiting };
  }

  test.each([
    [null, 60_000, 60_000],
    ["90000", 60_000, 60_000],
    ["2500", 60_000, 2_500],
    ["0", 60_000, 100],
    ["-5000", 60_000, 100],
    ["0", 20, 20],
  ])("is, where something is due in %s ms, of at most %i ms: %i", async (dueInMs, pollMs, expectedMs) => {
    const { over } = waitFor(dueInMs, pollMs);
    await vi.advanceTimersByTimeAsync(expectedMs - 1);
    expect(over).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(over).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("leaves no timer behind when it ends early", async () => {
    const { over, stop, waiting } = waitFor(null, 60_000);
    await vi.advanceTimersByTimeAsync(1);
    expect(vi.getTimerCount()).toBe(1);
    stop.abort();
    await vi.advanceTimersByTimeAsync(0);
    expect(over).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
    waiting.wake();
  });

  test("does not begin when it is over already", async () => {
    const { query, stop, waiting } = waitFor(null, 60_000);
    stop.abort();
    query.mockClear();
    await waiting.wait(stop.signal, 60_000, undefined);
    expect(query).not.toHaveBeenCalled();
  });
});
