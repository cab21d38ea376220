/** Claims at exact times, which the contract's tests leave to SQLite's clock. */
import { describe, expect, onTestFinished, test } from "vitest";
import { deliveryId } from "../../../../src/webhooks/inbox/inbox.js";
import { toLeaseSettings } from "../../../../src/webhooks/inbox/leased/settings.js";
import { sqliteClaims } from "../../../../src/webhooks/inbox/sqlite/claims.js";
import { prepareDatabase } from "../../../../src/webhooks/inbox/sqlite/schema.js";
import { sqliteStore } from "../../../../src/webhooks/inbox/sqlite/sqlite-store.js";
import { deliveryOf } from "../delivery-of.js";
import { databaseClients } from "./databases.js";

const first = deliveryOf("evt_1");
const second = deliveryOf("evt_2");
const id = deliveryId(first.key);

describe.each([...databaseClients()])("a claim in SQLite on %s", (_, openDatabase) => {
  function open(maxAttempts: number) {
    const database = openDatabase(":memory:");
    onTestFinished(() => void database.close());
    prepareDatabase(database);
    const settings = toLeaseSettings({ leaseSeconds: 0.05, maxAttempts });
    return { claims: sqliteClaims(database, settings), store: sqliteStore(database, settings) };
  }

  test("lasts until its lease ends, and may be taken over then", () => {
    const { claims } = open(20);
    expect(claims.claim(first, "a", 1_000)).toStrictEqual({
      status: "claimed",
      lease: { ...first, attempt: 1, token: "a" },
    });
    expect(claims.claim(first, "b", 1_049)).toEqual({ status: "busy" });
    expect(claims.claim(first, "b", 1_050)).toMatchObject({ lease: { attempt: 2, token: "b" } });
  });

  test("keeps its object until its lease ends", () => {
    const { claims } = open(20);
    claims.claim(first, "a", 1_000);
    expect(claims.claim(second, "b", 1_049)).toEqual({ status: "object_busy" });
    expect(claims.claim(second, "b", 1_050)).toMatchObject({ lease: { attempt: 1, token: "b" } });
  });

  test("of a delivery without an object has none to tell of", () => {
    const { claims } = open(20);
    const { objectId: __, ...none } = first;
    expect(claims.claim(none, "a", 1_000)).toStrictEqual({
      status: "claimed",
      lease: { ...none, attempt: 1, token: "a" },
    });
  });

  test("that was the last attempt leaves its delivery dead when its lease ends, from then on", async () => {
    const { claims, store } = open(1);
    claims.claim(first, "a", 1_000);
    expect(claims.claimDead(id, "b", 1_049)).toBeUndefined();
    expect(claims.claim(first, "b", 1_050)).toEqual({ status: "dead", attempt: 1 });
    expect(claims.claim(first, "b", 1_060)).toEqual({ status: "dead", attempt: 1 });
    expect(await store.listDead({ limit: 10 })).toStrictEqual([
      { key: first.key, eventType: first.eventType, attempts: 1, diedAt: new Date(1_050) },
    ]);
  });

  test("of what is due next is not one of a delivery whose last attempt ended with its holder", () => {
    const { claims } = open(1);
    claims.claim(first, "a", 1_000);
    expect(claims.claimNext("b", undefined, 1_050)).toBeUndefined();
    expect(claims.find(id)).toMatchObject({ attempts: 1, died_at_ms: 1_050 });
  });

  test("of a dead delivery is busy while one is under way, or one of its object", () => {
    const { claims } = open(1);
    claims.claim(first, "a", 1_000);
    expect(claims.claimDead(id, "b", 1_050)).toMatchObject({ lease: { attempt: 2, token: "b" } });
    expect(claims.claimDead(id, "c", 1_099)).toEqual({ status: "busy" });
    expect(claims.claimDead(id, "c", 1_100)).toMatchObject({ lease: { attempt: 3, token: "c" } });
    claims.claim(second, "d", 1_150);
    expect(claims.claimDead(id, "e", 1_199)).toEqual({ status: "object_busy" });
    expect(claims.claimDead(id, "e", 1_200)).toMatchObject({ lease: { attempt: 4, token: "e" } });
  });

  test("finds nothing due where nothing is kept", async () => {
    const { store } = open(1);
    expect(await store.hasDue(undefined)).toBe(false);
    await store.store(first);
    expect(await store.hasDue(undefined)).toBe(true);
    expect(await store.hasDue(true)).toBe(false);
  });
});
