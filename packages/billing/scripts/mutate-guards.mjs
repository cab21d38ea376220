/**
 * Removes each guard in turn, from a copy of the package, and expects a test to fail for it. A guard that nothing
 * misses is either not tested or not needed; both are found here.
 *
 * pnpm mutate:guards           all of them
 * pnpm mutate:guards gate.ts   those whose file or description holds the word
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { GUARDS } from "./guards.mjs";

const ROOT = resolve(import.meta.dirname, "../../..");
const BILLING = "packages/billing";

/** Run one after another until one fails; the quick ones, which miss most guards, come first. */
const SUITES = [
  [
    "test/tenancy/answer-check",
    "test/tenancy/caller-metadata",
    "test/tenancy/marks",
    "test/tenancy/named-ids",
    "test/tenancy/proofs",
    "test/tenancy/request-target",
    "test/tenancy/return-url",
    "test/tenancy/tenant-id",
    "test/portal/return-urls",
  ],
  [
    "test/tenancy/gate",
    "test/tenancy/ownership-cache",
    "test/tenancy/scope-proofs",
    "test/tenancy/tenant-scope",
    "test/stripe/idempotency",
  ],
  ["test/tenancy", "test/stripe/send", "test/stripe/search-query", "test/stripe/translate-error"],
  [
    "test/billing-service",
    "test/portal/",
    "test/catalog",
    "test/subscriptions",
    "test/invoices",
    "test/payment-methods",
    "test/entitlements",
    "test/usage",
    "test/checkout",
  ],
  ["test/isolation/attack-matrix", "test/isolation/hostile-ids"],
];
const LONGEST_RUN_MS = 900_000;

const [word = ""] = process.argv.slice(2);
const guards = GUARDS.filter(({ file, guard }) => file.includes(word) || guard.includes(word));
const green = new Set();
const copy = copyPackage();
process.on("exit", () => rmSync(copy, { recursive: true, force: true }));
process.exitCode = main();

function main() {
  const stale = guards.filter(({ file, remove }) => sourceOf(file).split(remove).length !== 2);
  for (const { file, guard } of stale) console.error(`stale     ${file}: ${guard}`);
  if (stale.length > 0) {
    console.error("These guards stand no longer where scripts/guards.mjs says, or more than once.");
    return 1;
  }
  const unmissed = guards.filter((guard) => !isMissed(guard));
  console.log(`${guards.length - unmissed.length} of ${guards.length} guards are missed when they are gone.`);
  return unmissed.length === 0 ? 0 : 1;
}

/** Whether a test fails while the guard is gone. */
function isMissed(removed) {
  const { file, guard } = removed;
  const startedAt = performance.now();
  const { failed, broken, output } = runUntilFailure(removed);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const verdict = broken ? "broken" : failed.length > 0 ? "missed" : "NOT MISSED";
  console.log(`${verdict.padEnd(10)} ${file}: ${guard} (${seconds} s) ${failed[0] ?? ""}`);
  // What does not even load says nothing about the tests.
  if (broken) console.log(output);
  return !broken && failed.length > 0;
}

function runUntilFailure(removed) {
  for (const tests of SUITES) {
    assertGreen(tests);
    const run = runWithout(removed, tests);
    if (run.failed.length > 0 || run.broken) return run;
  }
  return { failed: [], broken: false, output: "" };
}

function runWithout({ file, remove, put = "" }, tests) {
  const path = join(copy, BILLING, "src", file);
  const source = readFileSync(path, "utf8");
  writeFileSync(
    path,
    source.replace(remove, () => put),
  );
  try {
    return runTests(tests);
  } finally {
    writeFileSync(path, source);
  }
}

/** Suites that are red before anything is removed say nothing. Each is looked at once, when it is first needed. */
function assertGreen(tests) {
  if (green.has(tests)) return;
  const { failed, broken, output } = runTests(tests);
  if (failed.length > 0 || broken) {
    throw new Error(`The tests are red before anything is removed: ${failed[0] ?? output}`);
  }
  green.add(tests);
}

function runTests(tests) {
  const report = join(copy, "report.json");
  rmSync(report, { force: true });
  const reporting = ["--reporter", "json", "--outputFile", report, "--bail", "1"];
  const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
  const { stdout, stderr, error } = spawnSync(
    process.execPath,
    [vitest, "run", "--config", "scripts/guards.vitest.config.ts", ...reporting, ...tests],
    { cwd: join(copy, BILLING), encoding: "utf8", timeout: LONGEST_RUN_MS, killSignal: "SIGKILL" },
  );
  if (error !== undefined && "code" in error && error.code === "ETIMEDOUT") {
    return { failed: ["it ran without end"], broken: false, output: "" };
  }
  const { testResults = [] } = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")) : {};
  const failed = testResults.flatMap(({ assertionResults }) =>
    assertionResults.flatMap(({ status, fullName }) => (status === "failed" ? fullName : [])),
  );
  // Suites that fail without a failed test could not be loaded.
  const broken =
    failed.length === 0 &&
    (testResults.length === 0 || testResults.some(({ status }) => status === "failed"));
  return { failed, broken, output: `${stdout}${stderr}`.slice(-2_000) };
}

function sourceOf(file) {
  return readFileSync(join(ROOT, BILLING, "src", file), "utf8");
}

/** The package beside the same configuration and dependencies, where nobody else works. */
function copyPackage() {
  const directory = mkdtempSync(join(tmpdir(), "billing-guards-"));
  for (const path of ["package.json", "tsconfig.base.json", "vitest.workspace.ts"]) {
    cpSync(join(ROOT, path), join(directory, path));
  }
  for (const path of ["src", "test", "scripts", "package.json", "tsconfig.json", "tsconfig.test.json"]) {
    cpSync(join(ROOT, BILLING, path), join(directory, BILLING, path), { recursive: true });
  }
  for (const path of ["node_modules", `${BILLING}/node_modules`]) {
    symlinkSync(join(ROOT, path), join(directory, path), "dir");
  }
  // The other projects of the test configuration want folders of their own, and the tests what stands beside them.
  for (const name of ["local-stripe", "demo"]) {
    symlinkSync(join(ROOT, "packages", name), join(directory, "packages", name), "dir");
  }
  return directory;
}
