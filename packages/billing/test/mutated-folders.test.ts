import { existsSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { FOLDERS } from "../scripts/mutated-folders.mjs";

const PACKAGE = resolve(import.meta.dirname, "..");

/** The rooms that must reach Stryker's threshold, each capability by itself. */
const ROOMS = [
  "tenancy",
  "stripe",
  "views",
  "events",
  "webhooks",
  ...readdirSync(resolve(PACKAGE, "src/capabilities")).map((capability) => `capabilities/${capability}`),
];

it("Stryker mutates every room that must reach its threshold", () => {
  const mutated = new Set(Object.values(FOLDERS).flatMap(({ mutate }) => mutate));
  expect(ROOMS.filter((room) => !mutated.has(`src/${room}/**/*.ts`))).toEqual([]);
});

it("Stryker's folders and suites exist", () => {
  const globs = Object.values(FOLDERS).flatMap(({ mutate, tests }) => [...mutate, ...tests]);
  const paths = globs.flatMap(withoutBraces).map((glob) => glob.replace(/\/\*.*/, ""));
  expect(paths.filter((path) => !existsSync(resolve(PACKAGE, path)))).toEqual([]);
});

/** `a{b,c}d` is `abd` and `acd`. */
function withoutBraces(glob: string): string[] {
  const [, before, choices, after] = /^(.*)\{(.*)\}(.*)$/.exec(glob) ?? [];
  return choices === undefined ? [glob] : choices.split(",").map((choice) => `${before}${choice}${after}`);
}
