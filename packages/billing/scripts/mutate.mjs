/**
 * Runs Stryker folder by folder, each with the suites that are about it, so that each reaches the threshold by itself.
 *
 * pnpm mutate                 all of them
 * pnpm mutate views webhooks  some
 */
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { FOLDERS } from "./mutated-folders.mjs";

const BILLING = resolve(import.meta.dirname, "..");
const STRYKER = resolve(BILLING, "../../node_modules/.bin/stryker");

const named = process.argv.slice(2);
const unknown = named.find((name) => !Object.hasOwn(FOLDERS, name));
if (unknown !== undefined) {
  throw new Error(`There is no folder ${unknown}; the folders are ${Object.keys(FOLDERS).join(", ")}.`);
}
const failed = (named.length > 0 ? named : Object.keys(FOLDERS)).filter((name) => {
  console.log(`\n=== ${name}`);
  const env = { ...process.env, MUTATED_FOLDER: name };
  return spawnSync(STRYKER, ["run"], { cwd: BILLING, env, stdio: "inherit" }).status !== 0;
});
if (failed.length > 0) console.error(`Below the threshold, or not run to the end: ${failed.join(", ")}.`);
process.exitCode = failed.length > 0 ? 1 : 0;
