import { expect, test } from "vitest";
import { describeError } from "../../src/webhooks/error-text.js";

test("an error is told by its stack and those of its causes, five in all", () => {
  let error: unknown;
  for (let depth = 0; depth < 7; depth += 1) error = { stack: `Error: number ${depth}`, cause: error };
  expect(describeError(error)).toBe(
    [6, 5, 4, 3, 2].map((depth) => `Error: number ${depth}`).join("\ncaused by: "),
  );
});

test("a long stack is cut", () => {
  expect(describeError(new Error("x".repeat(9_000)))).toHaveLength(4_000);
});

test.each([
  ["a text", "down", "string: down"],
  ["a number", 7, "number: 7"],
  ["nothing", undefined, "undefined: undefined"],
  ["null", null, "object: null"],
  ["an object", { secret: "whsec_1" }, "an object without a stack"],
  ["an object with an empty stack", { stack: "" }, "an object without a stack"],
  ["a function", () => "whsec_1", "a function"],
])("%s that was thrown is told without what it holds", (_what, thrown, text) => {
  expect(describeError(thrown)).toBe(text);
});

test("an error whose stack cannot be read is told all the same", () => {
  const hostile = new Proxy(new Error("no"), {
    get: () => {
      throw new Error("hands off");
    },
  });
  expect(describeError(hostile)).toBe("an object without a stack");
});
