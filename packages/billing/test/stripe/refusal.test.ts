import { expect, it } from "vitest";
import { InvalidArgumentError } from "../../src/errors.js";
import { refusalOf } from "../../src/stripe/refusal.js";

const FAILURE = { type: "StripeInvalidRequestError", code: "resource_missing", param: "price" };

it("a refusal has the code and the parameter that Stripe named", () => {
  const { code, param } = refusalOf(new InvalidArgumentError("No.", { cause: FAILURE }));
  expect([code, param]).toEqual(["resource_missing", "price"]);
});

it.each([
  ["an argument that was refused here", new InvalidArgumentError("No.")],
  ["an error with a text for a cause", new InvalidArgumentError("No.", { cause: "code" })],
  ["an error of the application's", new Error("No.", { cause: FAILURE })],
  ["a text", "No."],
  ["nothing", undefined],
])("%s is no refusal of Stripe's", (_what, error) => {
  const { code, param } = refusalOf(error);
  expect([code, param]).toEqual([undefined, undefined]);
});
