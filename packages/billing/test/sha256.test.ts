import { createHash } from "node:crypto";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { sha256Hex } from "../src/sha256.js";

const byNode = (text: string) => createHash("sha256").update(text).digest("hex");

describe("in Node", hashesAsNodeDoes);

describe("in a runtime without Node's modules", () => {
  beforeEach(() => {
    vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });
  hashesAsNodeDoes();
});

function hashesAsNodeDoes() {
  test("hashes every text as Node does", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
        expect(sha256Hex(text)).toBe(byNode(text));
      }),
      { numRuns: 500 },
    );
  });

  test("hashes texts of every length around the ends of blocks, and a long one, as Node does", () => {
    for (let length = 0; length <= 200; length += 1) {
      expect(sha256Hex("a".repeat(length))).toBe(byNode("a".repeat(length)));
    }
    const long = "Zażółć 🧾".repeat(50_000);
    expect(sha256Hex(long)).toBe(byNode(long));
  });

  test("hashes half of a surrogate pair as the replacement character", () => {
    expect(sha256Hex("\ud83e")).toBe(byNode("\ufffd"));
  });
}
