import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

const BILLING = resolve(import.meta.dirname, "../..");
const CONFIG = join(BILLING, "scripts/guards.vitest.config.ts");
const VITEST = resolve(BILLING, "../../node_modules/vitest/vitest.mjs");
const LONGEST_RUN_MS = 900_000;

/**
 * Runs the tests of copies, all in one process, which loads the SDK once. Gives what came of each copy: a test that
 * failed, and what is wrong with a file that failed without one.
 */
export function runTests(workspace, copies) {
  const { testResults, output, isLate } = runVitest(workspace, copies);
  // One of them may have taken the others with it.
  if (testResults === undefined && copies.length > 1) {
    return new Map(copies.flatMap((one) => [...runTests(workspace, [one])]));
  }
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

function runVitest(workspace, copies) {
  const report = join(workspace, "report.json");
  rmSync(report, { force: true });
  const filters = copies.flatMap(({ copy, tests }) => tests.map((test) => `${copy}/test/${test}`));
  const bail = copies.length === 1 ? ["--bail", "1"] : [];
  const reporting = ["--reporter", "json", "--outputFile", report, ...bail];
  const { stdout, stderr, error } = spawnSync(
    process.execPath,
    [VITEST, "run", "--root", join(workspace, "packages"), "--config", CONFIG, ...reporting, ...filters],
    { cwd: BILLING, encoding: "utf8", timeout: LONGEST_RUN_MS, killSignal: "SIGKILL" },
  );
  const { testResults } = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")) : {};
  const isLate = error !== undefined && "code" in error && error.code === "ETIMEDOUT";
  return { testResults, output: `${stdout}${stderr}`.slice(-2_000), isLate };
}
