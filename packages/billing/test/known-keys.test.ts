import { expect, it } from "vitest";
import { ConfigurationError } from "../src/errors.js";
import { assertKnownKeys } from "../src/known-keys.js";

const refused = new ConfigurationError(
  'work has no option "concurency" (did you mean "concurrency"?). Its options are concurrency, signal.',
);
const check = (options: object) => () => assertKnownKeys("work", options, ["concurrency", "signal"]);

it("a misspelled option is refused by name, and so is one that the options inherit", () => {
  expect(check({ concurency: 5 })).toThrow(refused);
  expect(check({ concurency: undefined })).toThrow(refused);
  expect(check(Object.create({ concurency: 5 }))).toThrow(refused);
  expect(check(Object.create({ concurrency: 5 }))).not.toThrow();
});
