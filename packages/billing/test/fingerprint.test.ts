import { describe, expect, it } from "vitest";
import { takeFingerprint } from "../src/fingerprint.js";

describe("a fingerprint", () => {
  it("is the same in whichever order names were written, at any depth", () => {
    const one = { b: 1, a: { d: [{ f: 1, e: 2 }], c: null } };
    const other = { a: { c: null, d: [{ e: 2, f: 1 }] }, b: 1 };
    expect(takeFingerprint(one)).toBe(takeFingerprint(other));
  });

  it.each([
    [{ a: 1 }, { a: 2 }],
    [{ a: 1 }, { b: 1 }],
    [{ a: 1 }, { a: 1, b: 1 }],
    [{ a: [1, 2] }, { a: [2, 1] }],
    [{ a: ["x"] }, { a: { 0: "x" } }],
    [{ a: null }, { a: {} }],
    [{ a: { b: 1 } }, { a: { b: "1" } }],
  ])("tells %j from %j", (one, other) => {
    expect(takeFingerprint(one)).not.toBe(takeFingerprint(other));
  });

  it("shows nothing of the content, and is of one length", () => {
    expect(takeFingerprint({})).toMatch(/^[0-9a-f]{64}$/);
    expect(takeFingerprint({ a: "secret ".repeat(100) })).toMatch(/^[0-9a-f]{64}$/);
  });
});
