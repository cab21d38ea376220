/**
 * Removes each guard, from a copy of the package, and expects a test to fail for it. A guard that nothing misses is
 * either not tested or not needed; both are found here. Guards are tagged where they stand, see guards/tags.mjs.
 *
 * pnpm mutate:guards           all of them
 * pnpm mutate:guards gate.ts   those whose file, line or description holds the word, or one of several words
 */
import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { guardsIn } from "./guards/guards.mjs";
import { runTests } from "./guards/run-tests.mjs";
import { likelyTests, SUITES } from "./guards/tests-of.mjs";
import { makeCopy, makeWorkspace, UNTOUCHED } from "./guards/workspace.mjs";

/** Copies that are tested in one run. */
const MOST_COPIES = 16;

const words = process.argv.slice(2);
const { guards: all, problems } = guardsIn(resolve(import.meta.dirname, "../src"));
const guards = all.filter((one) => words.length === 0 || words.some((word) => title(one).includes(word)));
const green = new Set();
const workspace = makeWorkspace();
process.on("exit", () => rmSync(workspace, { recursive: true, force: true }));
process.exitCode = main();

function main() {
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) return 1;
  let left = inParts(guards, MOST_COPIES).flatMap((some) => unmissed(some, likelyTests));
  for (const suite of SUITES) left = left.flatMap((one) => unmissed([one], () => suite));
  for (const one of left) console.log(`NOT MISSED ${title(one)}`);
  const seconds = Math.round(performance.now() / 1_000);
  console.log(
    `${guards.length - left.length} of ${guards.length} guards are missed when they are gone (${seconds} s).`,
  );
  return left.length === 0 ? 0 : 1;
}

/** Those of the guards that no test fails without. */
function unmissed(some, testsFor) {
  assertGreen([...new Set(some.flatMap(testsFor))].filter((test) => !green.has(test)));
  const copies = some.map((removed, at) => {
    const copy = `without-${at}`;
    makeCopy(workspace, copy, removed);
    return { removed, copy, tests: testsFor(removed) };
  });
  const results = runTests(workspace, copies);
  return copies.flatMap(({ removed, copy }) => {
    const { failed, broken } = results.get(copy);
    // What does not even load says nothing about the tests.
    if (failed === undefined && broken !== undefined) console.log(`broken     ${title(removed)}\n${broken}`);
    if (failed === undefined) return [removed];
    console.log(`missed     ${title(removed)}: ${failed}`);
    return [];
  });
}

/** Tests that are red before anything is removed say nothing. Each is looked at once, when it is first needed. */
function assertGreen(tests) {
  if (tests.length === 0) return;
  const { failed, broken, files } = runTests(workspace, [{ copy: UNTOUCHED, tests }]).get(UNTOUCHED);
  if (failed ?? broken) {
    throw new Error(`The tests are red before anything is removed: ${failed ?? broken}`);
  }
  const missing = tests.find((test) => !files.some((file) => file.includes(`/test/${test}`)));
  if (missing !== undefined) throw new Error(`There are no tests in ${missing}.`);
  for (const test of tests) green.add(test);
}

function title({ file, line, guard }) {
  return `${file}:${line}: ${guard}`;
}

function inParts(list, size) {
  return list.flatMap((_, at) => (at % size === 0 ? [list.slice(at, at + size)] : []));
}
