import { defineConfig } from "vitest/config";

const billing = "./packages/billing";

/** What is slow on a busy machine must not be taken for what fails. */
const patience = { testTimeout: 30_000, hookTimeout: 30_000 };

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
          ...patience,
          include: ["test/**/*.test.ts"],
          exclude: ["test/contract/**"],
          globalSetup: ["@repo/test-kit/postgres", "@repo/test-kit/stripe-mock"],
        },
      },
      {
        // The other version of the SDK that is supported, wherever behaviour rests on what a client does.
        resolve: { alias: [{ find: /^stripe$/, replacement: "stripe-22" }] },
        test: {
          name: "billing on stripe 22.6",
          root: billing,
          ...patience,
          include: [
            "test/*.test.ts",
            "test/{catalog,invoices,payment-methods,portal,subscriptions}/**/*.test.ts",
          ],
          exclude: ["test/{architecture,exports,every-deadline,webhooks}.test.ts"],
          globalSetup: ["@repo/test-kit/stripe-mock"],
        },
      },
      {
        test: {
          name: "stripe-mock contract",
          root: billing,
          ...patience,
          include: ["test/contract/**/*.test.ts"],
          globalSetup: ["@repo/test-kit/stripe-mock"],
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
          globalSetup: ["@repo/test-kit/stripe-mock"],
          // The first test of a file reads Stripe's whole specification.
          ...patience,
        },
      },
      { test: { name: "test-kit", root: "./packages/test-kit", include: ["test/**/*.test.ts"] } },
      {
        test: {
          name: "demo",
          root: "./packages/demo",
          include: ["test/**/*.test.ts"],
          globalSetup: ["@repo/test-kit/stripe-mock"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
