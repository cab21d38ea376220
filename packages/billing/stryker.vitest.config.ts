import { defineConfig } from "vitest/config";

/** The suites that are about what is mutated; those that start processes or take long are left to `pnpm test`. */
export default defineConfig({
  test: {
    include: [
      "test/tenancy/**/*.test.ts",
      "test/stripe/**/*.test.ts",
      "test/billing-service.test.ts",
      "test/isolation/attack-matrix.test.ts",
    ],
  },
});
