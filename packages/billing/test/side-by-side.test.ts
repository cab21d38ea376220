import { describe, expect, it } from "vitest";
import { sideBySide } from "../src/side-by-side.js";

describe("sideBySide", () => {
  it("returns the results in the order of the work", async () => {
    expect(await sideBySide(Promise.resolve("a"), 2, undefined)).toEqual(["a", 2, undefined]);
  });

  it("throws the first error in the order of the work, and not before all of it has ended", async () => {
    let ended = false;
    const slow = new Promise<never>((_, reject) => {
      setImmediate(() => {
        ended = true;
        reject(new Error("first in order"));
      });
    });
    await expect(sideBySide(slow, Promise.reject(new Error("first in time")))).rejects.toThrow(
      "first in order",
    );
    expect(ended).toBe(true);
  });
});
