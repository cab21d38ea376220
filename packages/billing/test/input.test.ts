import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { checkInput, copyOptions, listFields } from "../src/input.js";

const listOptions = () => z.strictObject(listFields(), "The options must be an object.");
const refusal = expect.objectContaining({ code: "invalid_argument" });

describe("a list's options", () => {
  it.each([{}, { limit: 1 }, { limit: 100 }, { after: "sub_1" }, { after: "WzEuMF0+/=.-" }])(
    "may be %j",
    (options) => {
      expect(checkInput(listOptions, options)).toEqual(options);
    },
  );

  it.each([
    { limit: 0 },
    { limit: 101 },
    { limit: 1.5 },
    { limit: "10" },
    { after: "" },
    { after: "sub_1&customer=cus_2" },
    { after: "x".repeat(1001) },
    { after: ["sub_1"] },
    { expand: ["data.customer"] },
    null,
    "limit",
  ])("are not %j", (options) => {
    expect(() => checkInput(listOptions, options)).toThrow(refusal);
  });
});

describe("what was checked", () => {
  /** Another value each time it is read. */
  const changing = () => {
    let limit = 1;
    return Object.defineProperty({}, "limit", { enumerable: true, get: () => limit++ * 100 });
  };

  it("is a copy, which no longer changes", () => {
    const checked = checkInput(listOptions, changing());
    expect([checked.limit, checked.limit]).toEqual([100, 100]);

    const copied: { readonly limit?: number } = copyOptions(changing());
    expect([copied.limit, copied.limit]).toEqual([100, 100]);
  });

  it("is nothing that cannot be read", () => {
    const unreadable = Object.defineProperty({}, "limit", {
      enumerable: true,
      get: () => {
        throw new Error("private");
      },
    });
    for (const read of [() => checkInput(listOptions, unreadable), () => copyOptions(unreadable)]) {
      expect(read).toThrow(refusal);
    }
  });
});
