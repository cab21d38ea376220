/**
 * The contract must see what it is there to see: each design that loses or doubles webhooks, as a store on a real SQLite
 * file, breaks the promise that is named beside it.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { inboxContract } from "../../../src/testing/index.js";
import { sqliteInbox } from "../../../src/webhooks.js";
import { databaseClients } from "../../webhooks/inbox/sqlite/databases.js";
import { type MakeInbox, openSqliteInbox } from "../../webhooks/inbox/sqlite/open-sqlite-inbox.js";
import { WRONG_INBOXES } from "./inboxes.js";
import { WRONG_STORES } from "./stores.js";

/** The longest that a right store takes for one promise, with room. A design that hangs breaks it too. */
const PATIENCE_MS = 10_000;

/** Resolves to true when the store keeps the promise. */
async function keeps(make: MakeInbox, promise: RegExp): Promise<boolean> {
  const [openDatabase] = databaseClients().values();
  if (openDatabase === undefined) throw new Error("no client for SQLite");
  const contract = inboxContract({
    leased: true,
    durable: true,
    wakes: true,
    transactional: true,
    faults: true,
    open: (settings) => {
      const opened = openSqliteInbox(openDatabase, settings, make);
      onTestFinished(opened.close);
      return { ...opened, close: undefined };
    },
  });
  const named = contract.filter(({ name }) => promise.test(name));
  expect(named.map(({ name }) => name)).toHaveLength(1);
  const kept = Promise.all(named.map(({ run }) => run())).then(
    () => true,
    () => false,
  );
  return Promise.race([kept, sleep(PATIENCE_MS, false, { ref: false })]);
}

describe("the contract of inboxes catches", () => {
  test.each(Object.entries({ ...WRONG_STORES, ...WRONG_INBOXES }))("%s", async (_, { make, breaks }) => {
    expect(await keeps(sqliteInbox, breaks)).toBe(true);
    expect(await keeps(make, breaks)).toBe(false);
  });
});

test("the contract names the part that a test of a leased or durable store has left out", async () => {
  const { inbox } = openedOnce();
  const cases = inboxContract({ leased: true, durable: true, open: () => ({ inbox }) });
  const run = (promise: RegExp) => cases.find(({ name }) => promise.test(name))?.run();
  await expect(run(/counts an attempt whose holder was stopped/)).rejects.toThrow(/return expireClaims/);
  await expect(run(/remembers what it handled/)).rejects.toThrow(/return passTime/);
  await expect(run(/all its processes are killed/)).rejects.toThrow(/return reopen/);
});

function openedOnce() {
  const [openDatabase] = databaseClients().values();
  if (openDatabase === undefined) throw new Error("no client for SQLite");
  const opened = openSqliteInbox(openDatabase, { maxAttempts: 3 });
  onTestFinished(opened.close);
  return opened;
}
