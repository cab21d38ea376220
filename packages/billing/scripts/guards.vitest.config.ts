import { defineConfig } from "vitest/config";

/** For suites that run again for every guard: beside a PostgreSQL nothing is looked for or started. */
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/postgres.ts"],
    isolate: false, // or each of many files would load the SDK again
    // A test that is slow on a busy machine must not be taken for one that misses a guard.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
