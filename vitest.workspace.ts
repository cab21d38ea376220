import { availableParallelism } from "node:os";
import { join } from "node:path";
import { defineConfig, type Plugin, type TestProjectInlineConfiguration } from "vitest/config";
import { unitTests } from "./packages/test-kit/src/unit-tests.js";

const billing = "./packages/billing";

const common = {
  // Files share a worker's modules: loading the Stripe SDK for each file took a third of the time.
  pool: "threads",
  isolate: false,
  setupFiles: ["@repo/test-kit/leave-nothing", "@repo/test-kit/plain-call-sites"],
  // A slow machine must not look like a failing test.
  testTimeout: 30_000,
  hookTimeout: 30_000,
  // Built packages are loaded as an application loads them.
  server: { deps: { external: [/\/packages\/[^/]+\/dist\//] } },
} satisfies TestProjectInlineConfiguration["test"];

// .ci/run counts the tests from this report.
const ciReport = { reporters: ["default", "json"], outputFile: { json: ".cache/vitest-report.json" } };

/** In the mode "unit", every package's tests that need no server. */
const unitProjects: TestProjectInlineConfiguration[] = ["billing", "local-stripe", "demo", "test-kit"].map(
  (name) => {
    const root = `./packages/${name}`;
    return { test: { ...common, name, root, include: unitTests(root) } };
  },
);

/** Puts a spy in a module's place, which no other file may see. */
const SPIED_ON = "test/every-option/every-option.test.ts";

/** In the mode "runtimes", what is installed for these tests alone. */
const runtimeProjects: TestProjectInlineConfiguration[] = [
  {
    test: {
      ...common,
      name: "runtimes",
      root: billing,
      include: ["test/runtimes/runtimes.test.ts"],
      hookTimeout: 120_000,
    },
  },
];

/** In the mode "faults", what takes hours. */
const faultProjects: TestProjectInlineConfiguration[] = [
  {
    test: {
      ...common,
      name: "faults",
      root: billing,
      include: ["test/webhooks/faults/*.report.ts"],
      testTimeout: 0,
    },
  },
];

const projects: TestProjectInlineConfiguration[] = [
  {
    test: {
      ...common,
      name: "billing",
      root: billing,
      include: ["test/**/*.test.ts"],
      exclude: ["test/contract/**", "test/runtimes/runtimes.test.ts", SPIED_ON],
    },
  },
  { test: { ...common, name: "billing with spies", root: billing, isolate: true, include: [SPIED_ON] } },
  {
    // The oldest supported SDK below the library: every request, and one file of each capability. What the tests set up, and
    // look at, goes through the newest.
    plugins: [onStripe("stripe-17")],
    test: {
      ...common,
      name: "billing on stripe 17",
      root: billing,
      include: [
        "test/contract/**/*.test.ts",
        "test/{billing-service,customers}.test.ts",
        "test/catalog/prices.test.ts",
        "test/checkout/create.test.ts",
        "test/entitlements/entitlements.test.ts",
        "test/invoices/read.test.ts",
        "test/payment-methods/detach.test.ts",
        "test/portal/flows.test.ts",
        "test/subscriptions/update.test.ts",
        "test/usage/report-usage.test.ts",
      ],
    },
  },
  // The first of each major in between: the methods that the service has always had, with their errors, pages and keys.
  ...["18", "19", "20", "21", "22.0"].map((version) => ({
    plugins: [onStripe(`stripe-${version}`)],
    test: {
      ...common,
      name: `billing on stripe ${version}`,
      root: billing,
      include: ["test/billing-service.test.ts"],
    },
  })),
  {
    test: {
      ...common,
      name: "stripe-mock contract",
      root: billing,
      include: ["test/contract/**/*.test.ts"],
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
        // The native compiler: vitest checks types after all else, while every other worker has nothing left to do.
        checker: join(import.meta.dirname, "node_modules/typescript-7/bin/tsc"),
        include: ["test/**/*.test-d.ts"],
        tsconfig: "./tsconfig.test.json",
      },
    },
  },
  {
    test: {
      ...common,
      name: "local-stripe",
      root: "./packages/local-stripe",
      include: ["test/**/*.test.ts"],
    },
  },
  { test: { ...common, name: "test-kit", root: "./packages/test-kit", include: ["test/**/*.test.ts"] } },
  {
    test: {
      ...common,
      name: "demo",
      root: "./packages/demo",
      include: ["test/**/*.test.ts"],
      testTimeout: 60_000,
      hookTimeout: 60_000,
    },
  },
];

function onStripe(name: string): Plugin {
  return {
    name,
    enforce: "pre",
    resolveId(id, importer = "") {
      const isOurs = id === "stripe" && /billing\/(?:src|test\/contract)\//.test(importer);
      return isOurs ? this.resolve(name, importer, { skipSelf: true }) : undefined;
    },
  };
}

export default defineConfig(({ mode }) => ({
  test: {
    ...(process.env["CI"] && mode !== "runtimes" && mode !== "faults" ? ciReport : {}),
    maxWorkers: availableParallelism(),
    ...projectsOf(mode),
  },
}));

function projectsOf(mode: string) {
  if (mode === "unit") return { projects: unitProjects };
  if (mode === "runtimes") return { projects: runtimeProjects };
  if (mode === "faults") return { projects: faultProjects };
  const globalSetup = ["postgres", "redis", "stripe-mock"].map(
    (name) => `./packages/test-kit/src/${name}.ts`,
  );
  return { globalSetup, projects };
}
