/**
 * Removes each guard, from a copy of the package, and expects a test to fail for it. A guard that nothing misses is
 * either not tested or not needed; both are found here.
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
const BILLING = join(ROOT, "packages/billing");
const VITEST = join(ROOT, "node_modules/vitest/vitest.mjs");

/** Where the tests of a file are that no test file is named after, or not all of them. */
const TESTS = {
  "capabilities/catalog/catalog-cache.ts": ["catalog/catalog-pages"],
  "capabilities/catalog/list-products.ts": ["catalog/products"],
  "capabilities/catalog/prices.ts": ["catalog/prices", "catalog/products"],
  "capabilities/catalog/replace-price.ts": ["catalog/products"],
  "capabilities/checkout/open-sessions.ts": ["checkout/sessions"],
  "capabilities/checkout/read.ts": ["checkout/sessions"],
  "capabilities/portal/configuration-params.ts": ["portal/configurations"],
  "capabilities/portal/configuration.ts": ["portal/configurations"],
  "capabilities/portal/flow.ts": ["portal/flows"],
  "capabilities/portal/offer.ts": ["portal/configurations"],
  "capabilities/portal/session.ts": ["billing-service", "portal/flows", "tenancy/scope/tenant-scope"],
  "capabilities/subscriptions/change.ts": ["subscriptions/update"],
  "capabilities/subscriptions/named.ts": ["subscriptions/create", "subscriptions/update"],
  "capabilities/subscriptions/plan-change.ts": ["subscriptions/update", "subscriptions/discounts"],
  "capabilities/subscriptions/read.ts": ["tenancy/scope/tenant-scope", "billing-service"],
  "stripe/calls.ts": ["tenancy/gate/marks", "tenancy/gate/gate"],
  "stripe/sdk-error.ts": ["stripe/translate-error"],
  "tenancy/gate/lookup-key.ts": ["tenancy/gate/marks"],
  "tenancy/gate/marked-params.ts": ["tenancy/gate/marks"],
  "tenancy/strategies/memory-directory.ts": ["tenancy/strategies/directory-tenancy"],
  "tenancy/metadata-mark.ts": ["tenancy/gate/marks"],
  "tenancy/scope/scoped-catalog.ts": ["tenancy/scope/scoped-catalog", "tenancy/scope/scope-proofs"],
  "tenancy/scope/scoped-configurations.ts": [
    "tenancy/scope/scoped-configurations",
    "tenancy/scope/scope-proofs",
  ],
  "tenancy/gate/stripe-objects.ts": ["tenancy/gate/named-ids", "tenancy/gate/answer-check"],
  "return-urls/tenant-return-urls.ts": ["portal/return-urls"],
  "tenancy/scope/tenant-scope.ts": ["tenancy/scope/scope-proofs", "tenancy/scope/tenant-scope"],
};

/** For the few that those do not miss, one suite after another. */
const SUITES = [
  ["tenancy/", "stripe/idempotency", "stripe/search-query", "stripe/send", "stripe/translate-error"],
  [
    "billing-service",
    "catalog/",
    "checkout/",
    "customers",
    "entitlements/",
    "invoices/",
    "payment-methods/",
    "portal/",
    "subscriptions/",
    "usage/",
    "webhooks/resolve-tenant",
  ],
  ["isolation/attack-matrix", "isolation/foreign-discounts", "isolation/hostile-ids"],
];

const UNTOUCHED = "untouched";

/** Copies that are tested in one run, which loads the SDK once. */
const MOST_COPIES = 16;
const LONGEST_RUN_MS = 900_000;

const [word = ""] = process.argv.slice(2);
const guards = GUARDS.filter(({ file, guard }) => file.includes(word) || guard.includes(word));
const green = new Set();
const workspace = makeWorkspace();
process.on("exit", () => rmSync(workspace, { recursive: true, force: true }));
process.exitCode = main();

function main() {
  const stale = guards.filter(({ file, remove }) => sourceOf(file).split(remove).length !== 2);
  for (const { file, guard } of stale) console.error(`stale     ${file}: ${guard}`);
  if (stale.length > 0) {
    console.error("These guards stand no longer where scripts/guards.mjs says, or more than once.");
    return 1;
  }
  let left = inParts(guards, MOST_COPIES).flatMap((some) => unmissed(some, testsOf));
  for (const suite of SUITES) left = left.flatMap((one) => unmissed([one], () => suite));
  for (const { file, guard } of left) console.log(`NOT MISSED ${file}: ${guard}`);
  const seconds = Math.round(performance.now() / 1_000);
  console.log(
    `${guards.length - left.length} of ${guards.length} guards are missed when they are gone (${seconds} s).`,
  );
  return left.length === 0 ? 0 : 1;
}

function testsOf({ file }) {
  const [, capability, name = file] = /^capabilities\/([\w-]+)\/(.*)$/.exec(file) ?? [];
  const test = join(capability ?? "", name).replace(/\.ts$/, ".test.ts");
  return TESTS[file] ?? [capability === undefined || isTest(test) ? test : capability];
}

function isTest(path) {
  return existsSync(join(BILLING, "test", path));
}

/** Those of the guards that no test fails without. */
function unmissed(some, testsFor) {
  assertGreen([...new Set(some.flatMap(testsFor))].filter((test) => !green.has(test)));
  const copies = some.map((removed, at) => {
    const copy = `without-${at}`;
    makeCopy(copy, removed);
    return { removed, copy, tests: testsFor(removed) };
  });
  const failures = runTests(copies);
  return copies.flatMap(({ removed, copy }) => {
    const { failed, broken } = failures.get(copy);
    const { file, guard } = removed;
    // What does not even load says nothing about the tests.
    if (failed === undefined && broken !== undefined) console.log(`broken     ${file}: ${guard}\n${broken}`);
    if (failed === undefined) return [removed];
    console.log(`missed     ${file}: ${guard}: ${failed}`);
    return [];
  });
}

/** Tests that are red before anything is removed say nothing. Each is looked at once, when it is first needed. */
function assertGreen(tests) {
  if (tests.length === 0) return;
  const { failed, broken, files } = runTests([{ copy: UNTOUCHED, tests }]).get(UNTOUCHED);
  if (failed ?? broken) {
    throw new Error(`The tests are red before anything is removed: ${failed ?? broken}`);
  }
  const missing = tests.find((test) => !files.some((file) => file.includes(`/test/${test}`)));
  if (missing !== undefined) throw new Error(`There are no tests in ${missing}.`);
  for (const test of tests) green.add(test);
}

/** What came of each copy's tests: a test that failed, and what is wrong with a file that failed without one. */
function runTests(copies) {
  const report = join(workspace, "report.json");
  rmSync(report, { force: true });
  const config = join(BILLING, "scripts/guards.vitest.config.ts");
  const filters = copies.flatMap(({ copy, tests }) => tests.map((test) => `${copy}/test/${test}`));
  const bail = copies.length === 1 ? ["--bail", "1"] : [];
  const reporting = ["--reporter", "json", "--outputFile", report, ...bail];
  const { stdout, stderr, error } = spawnSync(
    process.execPath,
    [VITEST, "run", "--root", join(workspace, "packages"), "--config", config, ...reporting, ...filters],
    { cwd: BILLING, encoding: "utf8", timeout: LONGEST_RUN_MS, killSignal: "SIGKILL" },
  );
  const { testResults } = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")) : {};
  // One of them may have taken the others with it.
  if (testResults === undefined && copies.length > 1) {
    return new Map(copies.flatMap((one) => [...runTests([one])]));
  }
  const output = `${stdout}${stderr}`.slice(-2_000);
  const isLate = error !== undefined && "code" in error && error.code === "ETIMEDOUT";
  return new Map(
    copies.map(({ copy }) => {
      if (isLate) return [copy, { failed: "it ran without end", files: [] }];
      const files = (testResults ?? []).filter(({ name }) => name.includes(`/${copy}/`));
      const failed = files.flatMap(({ assertionResults }) =>
        assertionResults.flatMap(({ status, fullName }) => (status === "failed" ? fullName : [])),
      );
      const unloaded = files.find(({ status }) => status === "failed");
      const broken = files.length === 0 ? output : unloaded?.message;
      return [copy, { failed: failed[0], broken, files: files.map(({ name }) => name) }];
    }),
  );
}

function sourceOf(file) {
  return readFileSync(join(workspace, "packages", UNTOUCHED, "src", file), "utf8");
}

/** A place for copies of the package as it is now, beside the same neighbours and dependencies. */
function makeWorkspace() {
  const directory = mkdtempSync(join(tmpdir(), "billing-guards-"));
  for (const path of ["package.json", "tsconfig.base.json", "vitest.workspace.ts"]) {
    cpSync(join(ROOT, path), join(directory, path));
  }
  const untouched = join(directory, "packages", UNTOUCHED);
  for (const path of ["src", "test", "scripts", "package.json", "tsconfig.json", "tsconfig.test.json"]) {
    cpSync(join(BILLING, path), join(untouched, path), { recursive: true });
  }
  for (const name of ["local-stripe", "demo"]) {
    symlinkSync(join(ROOT, "packages", name), join(directory, "packages", name), "dir");
  }
  symlinkSync(join(BILLING, "node_modules"), join(untouched, "node_modules"), "dir");
  symlinkSync(join(ROOT, "node_modules"), join(directory, "node_modules"), "dir");
  return directory;
}

function makeCopy(copy, { file, remove, put = "" }) {
  const directory = join(workspace, "packages", copy);
  rmSync(directory, { recursive: true, force: true });
  cpSync(join(workspace, "packages", UNTOUCHED), directory, { recursive: true });
  const source = sourceOf(file).replace(remove, () => put);
  writeFileSync(join(directory, "src", file), source);
}

function inParts(list, size) {
  return list.flatMap((_, at) => (at % size === 0 ? [list.slice(at, at + size)] : []));
}
