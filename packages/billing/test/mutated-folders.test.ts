import { existsSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { FOLDERS } from "../scripts/mutated-folders.mjs";

const PACKAGE = resolve(import.meta.dirname, "..");

/** The rooms of which each file must be mutated. */
const ROOMS = ["capabilities", "events", "stripe", "tenancy", "views", "webhooks"];

it("Stryker mutates every file of the rooms that must reach its threshold", () => {
  const globs = Object.values(FOLDERS).flatMap(({ mutate }) => mutate);
  const files = ROOMS.flatMap((room) =>
    readdirSync(resolve(PACKAGE, "src", room), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => `src/${room}/${file}`),
  );
  expect(files.filter((file) => !globs.some((glob) => isMatch(file, glob)))).toEqual([]);
});

/** Two stars take in the folders within, one star does not. */
function isMatch(file: string, glob: string): boolean {
  const folder = glob.replace(/\*.*$/, "");
  return file.startsWith(folder) && (glob.includes("**") || !file.slice(folder.length).includes("/"));
}

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
