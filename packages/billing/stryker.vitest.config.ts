import { statSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { keepThread } from "./scripts/kept-thread.js";
import { mutatedFolder } from "./scripts/mutated-folders.mjs";

/** What a local Stripe answers is checked by `pnpm test`: for every mutant again, that takes longer than all the rest. */
const unchecked = join(import.meta.dirname, "scripts/no-conformity.ts");

/** Each test builds the schemas that it needs, so that Stryker knows which tests do. */
const onEveryUse = join(import.meta.dirname, "scripts/on-every-use.ts");

/**
 * Runs small suites first, which find most mutants of what they are about in no time. A suite of many calls would take
 * seconds for each mutant before it comes to the call that fails.
 */
class SmallestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const size = ({ moduleId }: TestSpecification) => statSync(moduleId).size;
    return files.toSorted((a, b) => size(a) - size(b));
  }
}

export default defineConfig({
  plugins: [keepThread()],
  resolve: {
    alias: [
      { find: "@repo/test-kit/conformity", replacement: unchecked },
      { find: /^\..*\/on-first-use\.js$/, replacement: onEveryUse },
    ],
  },
  test: {
    include: [...mutatedFolder().tests],
    setupFiles: ["scripts/no-mutant-yet.ts"],
    globalSetup: ["@repo/test-kit/postgres", "@repo/test-kit/redis"],
    // A test that is slow on a busy machine must not be taken for one that fails.
    testTimeout: mutatedFolder().testTimeoutMs ?? 60_000,
    hookTimeout: mutatedFolder().testTimeoutMs ?? 60_000,
    env: { PREVIEW_RUNS: "3" }, // of the programs that the preview's suite draws
    sequence: { sequencer: SmallestFirst },
    isolate: false, // or every mutant would load the SDK once for each of these files
  },
});
