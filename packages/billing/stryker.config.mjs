import { mutatedFolder } from "./scripts/mutated-folders.mjs";

const { name, mutate } = mutatedFolder();

/** @type {import("@stryker-mutator/api/core").PartialStrykerOptions} */
export default {
  testRunner: "vitest",
  plugins: ["@stryker-mutator/vitest-runner"],
  mutate,
  coverageAnalysis: "perTest",
  ignoreStatic: true,
  incremental: true,
  incrementalFile: `../../.cache/mutation-${name}.json`,
  timeoutMS: 30_000,
  vitest: { configFile: "stryker.vitest.config.ts", related: false },
  reporters: ["clear-text", "html", "progress-append-only"],
  htmlReporter: { fileName: `../../.cache/mutation-${name}.html` },
  clearTextReporter: { logTests: false, reportTests: false },
  thresholds: { high: 95, low: 90, break: 90 },
};
