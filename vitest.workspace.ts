import { defineConfig } from "vitest/config";

const billing = "./packages/billing";

// .ci/run counts the tests from this report.
const ciReport = { reporters: ["default", "json"], outputFile: { json: ".cache/vitest-report.json" } };

export default defineConfig({
  test: {
    ...(process.env["CI"] ? ciReport : {}),
    projects: [
      {
        test: {
          name: "billing",
          root: billing,
          include: ["test/**/*.test.ts"],
          exclude: ["test/contract/**"],
          globalSetup: ["test/postgres.ts", "test/contract/stripe-mock.ts"],
        },
      },
      {
        test: {
          name: "stripe-mock contract",
          root: billing,
          include: ["test/contract/**/*.test.ts"],
          globalSetup: ["test/contract/stripe-mock.ts"],
        },
      },
      {
        test: {
          name: "types",
          root: billing,
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            include: ["test/**/*.test-d.ts"],
            tsconfig: "./tsconfig.test.json",
          },
        },
      },
      {
        test: {
          name: "local-stripe",
          root: "./packages/local-stripe",
          include: ["test/**/*.test.ts"],
          globalSetup: ["../billing/test/contract/stripe-mock.ts"],
          // The first test of a file reads Stripe's whole specification.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: "demo",
          root: "./packages/demo",
          include: ["test/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
