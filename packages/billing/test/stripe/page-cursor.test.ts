import { describe, expect, it } from "vitest";
import { NotFoundError } from "../../src/index.js";
import { assertCursor } from "../../src/stripe/page-cursor.js";

describe("a page's cursor", () => {
  it("is what proves to be of the list", async () => {
    await expect(assertCursor(Promise.resolve())).resolves.toBeUndefined();
  });

  it("is nothing that is not found", async () => {
    await expect(assertCursor(Promise.reject(new NotFoundError("Missing.")))).rejects.toMatchObject({
      code: "invalid_argument",
      message: "after must be the nextCursor of a page of this list.",
    });
  });

  it("is not called wrong where that could not be found out", async () => {
    const error = new RangeError("a mistake");
    await expect(assertCursor(Promise.reject(error))).rejects.toBe(error);
  });
});
