import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** What a local Stripe answers is checked by `pnpm test`: for every mutant again, that takes longer than all the rest. */
const unchecked = join(import.meta.dirname, "scripts/no-conformity.ts");

/** The suites that are about what is mutated; those that start processes or take long are left to `pnpm test`. */
export default defineConfig({
  resolve: {
    alias: { "@repo/test-kit/conformity": unchecked },
  },
  test: {
    include: [
      "test/tenancy/**/*.test.ts",
      "test/stripe/**/*.test.ts",
      "test/portal/{configurations,stored-configurations,return-urls}.test.ts",
      "test/catalog/{prices,products}.test.ts",
      "test/checkout/{create,sessions}.test.ts",
      "test/subscriptions/{create,discounts,preview}.test.ts",
      "test/customers.test.ts",
      "test/billing-service.test.ts",
      "test/errors.test.ts",
    ],
    globalSetup: ["@repo/test-kit/postgres"],
    // A test that is slow on a busy machine must not be taken for one that fails.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    isolate: false, // or every mutant would load the SDK once for each of these files
  },
});
