import { describe, expect, onTestFinished, test, vi } from "vitest";
import { inboxContract } from "../../../../src/testing/index.js";
import { ConfigurationError, sqliteInbox } from "../../../../src/webhooks.js";
import { catchError } from "../../signed-delivery.js";
import { deliveryOf } from "../delivery-of.js";
import { databaseClients } from "./databases.js";
import { openSqliteInbox } from "./open-sqlite-inbox.js";

const DAY_MS = 86_400_000;

describe.each([...databaseClients()])("the SQLite inbox on %s", (_, openDatabase) => {
  const contract = inboxContract({
    leased: true,
    durable: true,
    wakes: true,
    transactional: true,
    faults: true,
    open: (settings) => openSqliteInbox(openDatabase, settings),
  });
  for (const { name, run } of contract) test(name, run);

  function open(options: Parameters<typeof openSqliteInbox>[1] = {}) {
    const opened = openSqliteInbox(openDatabase, options);
    onTestFinished(() => opened.close());
    return opened;
  }

  test("takes a write that throws as a failure of the handler, and keeps none of its writes", async () => {
    const { inbox, effects } = open();
    const error = new Error("UNIQUE constraint failed");
    const result = await inbox.process(deliveryOf("evt_1"), async ({ tx }) => {
      await effects.write(tx, "first");
      tx.write(() => {
        throw error;
      });
    });
    expect(result).toEqual({ status: "failed", attempt: 1, error });
    expect(await effects.count("first")).toBe(0);
  });

  test.each<[string, () => unknown]>([
    ["waits for something, since the transaction does not", async () => undefined],
    ["fails later, without a stir", () => Promise.reject(new Error("late"))],
    ["returns a statement instead of running it", () => statementSentBy("then")],
  ])("refuses a write that %s", async (_words, write) => {
    const { inbox } = open();
    const result = await inbox.process(deliveryOf("evt_1"), async ({ tx }) => tx.write(write));
    expect(result).toMatchObject({
      status: "failed",
      error: { message: expect.stringMatching(/synchronously/) },
    });
  });

  test("aborts the signal of work whose lease has run out", async () => {
    const { inbox, peer } = open({ leaseSeconds: 0.05 });
    const late = inbox.process(deliveryOf("evt_1"), async ({ signal }) => {
      await vi.waitFor(() => expect(signal?.aborted).toBe(true));
      expect(await peer.process(deliveryOf("evt_1"), async () => undefined)).toMatchObject({ attempt: 2 });
    });
    expect(await late).toEqual({ status: "busy" });
  });

  test("answers busy when another delivery of the object takes longer than objectWaitSeconds", async () => {
    const { inbox, peer } = open({ objectWaitSeconds: 0.05 });
    const first = inbox.process(deliveryOf("evt_1"), async () => {
      expect(await peer.process(deliveryOf("evt_2"), async () => undefined)).toEqual({ status: "busy" });
    });
    expect((await first).status).toBe("handled");
  });

  test("keeps nothing but the id of what was handled, and forgets that after retentionDays", async () => {
    const { inbox, database, passTime } = open({ retentionDays: 40 });
    const rows = (table: string) => database.prepare(`SELECT * FROM billing_inbox_${table}`).all();
    await inbox.process(deliveryOf("evt_1"), async () => undefined);
    expect(rows("open")).toEqual([]);
    expect(rows("handled")).toHaveLength(1);
    passTime(40 * DAY_MS);
    await inbox.process(deliveryOf("evt_2"), async () => undefined);
    expect(rows("handled")).toEqual([expect.objectContaining({ id: "test::evt_2" })]);
  });

  test("makes its connection durable, whatever the client's default is", () => {
    const { database, inbox } = open();
    expect(inbox).toBeDefined();
    database.exec("PRAGMA synchronous = NORMAL");
    database.exec("PRAGMA busy_timeout = 0");
    sqliteInbox({ database });
    expect(database.prepare("PRAGMA synchronous").get()).toMatchObject({ synchronous: 2 });
    expect(database.prepare("PRAGMA busy_timeout").get()).toMatchObject({ timeout: 5_000 });
    expect(database.prepare("PRAGMA journal_mode").get()).toMatchObject({ journal_mode: "wal" });
  });
});

describe("the options of the SQLite inbox", () => {
  const DATABASE =
    /^database must be a DatabaseSync of node:sqlite, or a Database of better-sqlite3 or libsql\.$/;

  test.each([
    [{ leaseSeconds: 0 }, /leaseSeconds must be a number from 0.05/],
    [{ maxAttempts: 0 }, /maxAttempts/],
    [{ retentionDays: 34 }, /retentionDays must be a whole number from 35/],
    [{ objectWaitSeconds: Number.NaN }, /objectWaitSeconds/],
    [{ retentionSeconds: 1 }, /^sqliteInbox has no option "retentionSeconds"/],
    [{ database: undefined }, DATABASE],
    [{ database: {} }, DATABASE],
    [{ database: { exec: () => undefined } }, DATABASE],
    [{ database: { prepare: () => undefined } }, DATABASE],
  ])("refuse %o", (options, message) => {
    const database = { exec: () => undefined, prepare: () => expect.fail("the database was used") };
    const error = catchError(() => sqliteInbox(Object.assign({ database }, options)));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({ message: expect.stringMatching(message) });
  });
});

/** The statement of a query builder, which is sent when somebody awaits it. */
function statementSentBy(method: string): object {
  return Object.defineProperty({}, method, { value: () => expect.fail("it was sent") });
}
