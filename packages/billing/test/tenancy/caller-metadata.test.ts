import { describe, expect, it } from "vitest";
import { parseCallerMetadata } from "../../src/tenancy/caller-metadata.js";

const RESERVED = ["tenantId", "billingReference"];
const parse = (given: unknown) => parseCallerMetadata(given, RESERVED);
const refusal = (code: string) => expect.objectContaining({ code });

describe("a caller's metadata", () => {
  it("is copied, and null becomes the empty text that removes a key at Stripe", () => {
    const given = { tier: "pro", seats: "", gone: null };

    expect(parse(given)).toEqual({ tier: "pro", seats: "", gone: "" });
    expect(parse(given)).not.toBe(given);
    expect(parse({})).toEqual({});
  });

  it("may come without a prototype, as from a parser", () => {
    expect(parse(Object.assign(Object.create(null), { tier: "pro" }))).toEqual({ tier: "pro" });
  });

  it("may have 48 keys of 40 characters with texts of 500, beside up to two of this package's", () => {
    const keys = Array.from({ length: 48 }, (_, index) => `k${index}`.padEnd(40, "x"));
    const most = Object.fromEntries(keys.map((key) => [key, "v".repeat(500)]));

    expect(parse(most)).toEqual(most);
    expect(() => parse({ ...most, more: "v" })).toThrow("metadata may have at most 48 keys: Stripe");
  });

  it.each(["tenantId", "TENANTID", "tenantid", " tenantId", "tenantId\t", "BillingReference"])(
    "may not hold the reserved key %j, whatever its value",
    (key) => {
      for (const value of ["globex", "", null, 7]) {
        expect(() => parse({ tier: "pro", [key]: value })).toThrow(refusal("reserved_metadata"));
      }
      expect(() => parse({ [key]: "globex" })).toThrow(
        "metadata must not contain the key that names the tenant; only this library writes it.",
      );
    },
  );

  it.each(["tenant", "tenantIds", "myTenantId", "tenant Id"])(
    "may hold %j, which only looks like it",
    (key) => {
      expect(parse({ [key]: "x" })).toEqual({ [key]: "x" });
    },
  );

  it.each(["", "a[b", "a]b", "[", "k".repeat(41), "constructor", "toString", "hasOwnProperty"])(
    "may not have the key %j",
    (key) => {
      expect(() => parse({ [key]: "x" })).toThrow(
        "metadata keys must have 1 to 40 characters and no brackets.",
      );
    },
  );

  it("may not bring a prototype along", () => {
    const polluting: unknown = JSON.parse('{"__proto__": {"tenantId": "globex"}}');

    expect(() => parse(polluting)).toThrow(refusal("invalid_argument"));
    expect(() => parse(polluting)).toThrow("no brackets");
  });

  it.each([7, true, undefined, {}, ["x"], "v".repeat(501), new String("x"), Symbol("x")])(
    "may not have the value %o",
    (value) => {
      expect(() => parse({ key: value })).toThrow(
        "metadata values must be strings of at most 500 characters, or null to remove a key.",
      );
    },
  );

  it.each([
    undefined,
    null,
    "",
    "tier",
    7,
    () => undefined,
    ["x"],
    new Map([["tier", "pro"]]),
    new Date(),
    new (class Tier {
      readonly tier = "pro";
    })(),
  ])("may not be %o", (given) => {
    expect(() => parse(given)).toThrow("metadata must be a plain object of strings.");
    expect(() => parse(given)).toThrow(refusal("invalid_argument"));
  });

  it("may not throw while it is read; what it throws is kept as the cause alone", () => {
    const cause = new Error("private");
    const unreadable = Object.defineProperty({}, "tier", {
      enumerable: true,
      get: () => {
        throw cause;
      },
    });
    const noPrototype = new Proxy(
      {},
      {
        getPrototypeOf: () => {
          throw cause;
        },
      },
    );
    for (const given of [unreadable, noPrototype]) {
      expect(() => parse(given)).toThrow(
        expect.objectContaining({ code: "invalid_argument", message: "metadata could not be read.", cause }),
      );
    }
  });

  it("knows no reserved key where accounts keep tenants apart", () => {
    expect(parseCallerMetadata({ tenantId: "mine" }, [])).toEqual({ tenantId: "mine" });
  });
});
