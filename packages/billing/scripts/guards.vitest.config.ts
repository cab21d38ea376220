import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const beside = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** For copies of the package that lie side by side: beside a PostgreSQL and a Redis nothing is looked for or started. */
export default defineConfig({
  test: {
    include: ["{untouched,without-*}/test/**/*.test.ts"],
    globalSetup: [
      fileURLToPath(import.meta.resolve("@repo/test-kit/postgres")),
      fileURLToPath(import.meta.resolve("@repo/test-kit/redis")),
    ],
    setupFiles: [beside("guards.setup.ts")],
    // Or each of many files would load the SDK again, and compile what has not changed.
    isolate: false,
    fileParallelism: false,
    pool: "threads",
    experimental: { fsModuleCache: true, fsModuleCachePath: ".cache" },
    // What fails without a guard leaves nothing behind for the copies after it.
    restoreMocks: true,
    // A test that is slow on a busy machine must not be taken for one that misses a guard.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
