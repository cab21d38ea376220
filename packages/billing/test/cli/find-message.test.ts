import { expect, it } from "vitest";
import { findMessage } from "../../src/cli/find-message.js";

it.each([
  [new Error("refused"), "refused"],
  [
    new AggregateError([new Error(""), new Error("connect ECONNREFUSED ::1:5432")]),
    "connect ECONNREFUSED ::1:5432",
  ],
  [new AggregateError([], "all of them"), "all of them"],
  [new AggregateError([]), undefined],
  [new Error(""), undefined],
  ["text", undefined],
])("the message of an error is its own, or that of the first that it gathers: %o", (error, message) => {
  expect(findMessage(error)).toBe(message);
});
