import { describe, expect, test, vi } from "vitest";
import { ConfigurationError } from "../../../../src/errors.js";
import { isConnecting, toSettings } from "../../../../src/webhooks/inbox/postgres/options.js";
import { isRivalry, outliveRivals } from "../../../../src/webhooks/inbox/postgres/rivals.js";
import { findSqlState } from "../../../../src/webhooks/inbox/postgres/sqlstate.js";

const nested = (error: unknown, depth: number): unknown =>
  depth === 0 ? error : { message: "wrapped", cause: nested(error, depth - 1) };

describe("the SQLSTATE of an error", () => {
  test.each<[string, unknown, string | undefined]>([
    ["node-postgres and PGlite", { code: "40001" }, "40001"],
    ["Drizzle", new Error("Failed query", { cause: { code: "23505" } }), "23505"],
    ["Prisma, with its own code", { code: "P2034", cause: { originalCode: "40P01" } }, "40P01"],
    [
      "Prisma's driver adapters",
      { code: "P2010", meta: { driverAdapterError: { cause: { originalCode: "40001" } } } },
      "40001",
    ],
    ["an error of Prisma's alone", { code: "P2010" }, undefined],
    ["an error of the network", { code: "ECONNRESET" }, undefined],
    ["a code in small letters", { code: "42p01" }, undefined],
    ["a longer code", { code: "425P01" }, undefined],
    ["a code that is a number", { code: 40_001 }, undefined],
    ["an error without one", new Error("broken"), undefined],
    ["no error", undefined, undefined],
    ["null", null, undefined],
    ["a text", "40001", undefined],
  ])("of %s is found", (_, error, state) => {
    expect(findSqlState(error)).toBe(state);
  });

  test("is looked for in five causes, the error's own included", () => {
    // Each looks at its cause's too.
    expect(findSqlState(nested({ code: "40001" }, 5))).toBe("40001");
    expect(findSqlState(nested({ code: "40001" }, 6))).toBeUndefined();
  });
});

describe("a statement that gave way to another", () => {
  test.each([
    [{ code: "40001" }, true],
    [{ code: "40P01" }, true],
    [{ code: "23505" }, false],
    [new Error("broken"), false],
  ])("is told by %o: %s", (error, isOne) => {
    expect(isRivalry(error)).toBe(isOne);
  });

  test("is tried again until it comes through", async () => {
    const run = vi.fn().mockRejectedValueOnce({ code: "40001" }).mockRejectedValueOnce({ code: "40P01" });
    run.mockResolvedValue("done");
    expect(await outliveRivals(run)).toBe("done");
    expect(run).toHaveBeenCalledTimes(3);
  });

  test("is tried ten times", async () => {
    const error = { code: "40001" };
    const run = vi.fn().mockRejectedValue(error);
    await expect(outliveRivals(run)).rejects.toBe(error);
    expect(run).toHaveBeenCalledTimes(10);
  });

  test("is not tried again where it failed for another reason", async () => {
    const run = vi.fn().mockRejectedValue(new Error("broken"));
    await expect(outliveRivals(run)).rejects.toThrow("broken");
    expect(run).toHaveBeenCalledTimes(1);
  });
});

describe("the options of a Postgres inbox", () => {
  const pool = { connect: async () => undefined } as never; // of which no more is asked here

  test("say where its tables are", () => {
    expect(toSettings({ pool })).toMatchObject({ schema: "billing_inbox", leaseMs: 30_000 });
    expect(toSettings({ pool, schema: "inbox_2" })).toMatchObject({ schema: "inbox_2" });
  });

  test("are refused by name", () => {
    const options = { pool, tables: "inbox" };
    expect(() => toSettings(options)).toThrow(
      new ConfigurationError(
        'postgresInbox has no option "tables". Its options are pool, schema, leaseSeconds, maxAttempts, retentionDays, ' +
          "objectWaitSeconds.",
      ),
    );
  });

  test.each<[object | null | undefined, boolean]>([
    [{ connect: vi.fn() }, true],
    [{ connect: vi.fn(), query: vi.fn() }, true],
    [{ query: vi.fn(), transaction: vi.fn() }, false],
    [{ connect: vi.fn(), query: vi.fn(), transaction: vi.fn() }, false],
  ])("take a pool that connects, or an adapter: %o", (given, connects) => {
    expect(isConnecting(given as never)).toBe(connects);
  });

  test.each([
    [{}],
    [null],
    [undefined],
    ["postgres://"],
    [{ query: vi.fn() }],
    [{ transaction: vi.fn() }],
    [{ connect: 7 }],
  ])("refuse a pool that is %o", (given) => {
    expect(() => isConnecting(given as never)).toThrow(
      new ConfigurationError(
        "pool must be a Pool of node-postgres, or an adapter with the methods query and transaction.",
      ),
    );
  });
});
