/**
 * The runtimes and frameworks that are too large for the repository's own installation: `pnpm test:runtimes` installs them
 * from npm, and delivers to the routes that the documentation shows, on the package as it is packed.
 */
import { join } from "node:path";
import { beforeAll, describe } from "vitest";
import { type Application, receiverModule, startApplication, writeFiles } from "./application.js";
import { describeUse } from "./application-use.js";
import type { Collector } from "./collector.js";
import { describeDeliveries } from "./delivery-matrix.js";
import { bin, buildNext, FOLDER, installRuntimes, NO_TELEMETRY } from "./installed.js";
import { describeJest } from "./jest.js";
import { describeNextApplication } from "./next-application.js";
import { describeNextBundles } from "./next-bundles.js";
import { readRecipe } from "./recipes.js";
import { startWorker } from "./worker.js";
import { DATABASE, WORKER_ISOLATION, WORKER_SESSION } from "./yours.js";

/** The program itself: what npm puts in its place would not pass signals on. */
const DENO = join(FOLDER, "node_modules/deno/deno");
const MODULE = ["package.json", '{ "type": "module" }'] as const;

beforeAll(installRuntimes, 300_000);

describeDeliveries("Bun", {
  stops: "after it, then closes the inbox",
  start: (collector) => startServer("Bun", bin("bun"), [], collector),
});

describeDeliveries("Deno", {
  stops: "after it, then closes the inbox",
  start: (collector) => startServer("Deno", DENO, ["run", "--allow-all", "--no-check"], collector),
});

describeDeliveries("workerd, without nodejs_compat", {
  stops: "at once",
  start: ({ url }) =>
    startWorker({
      name: "workerd",
      files: [...readRecipe("Cloudflare Workers"), ["webhooks.ts", receiverModule(url)]],
    }),
});

const workerFiles = () =>
  [
    ...readRecipe("What all of them share", "applications.md"),
    ...readRecipe("Hono", "applications.md"),
    ...readRecipe("Cloudflare Workers", "applications.md"),
    ["session.ts", WORKER_SESSION],
    ["database.ts", DATABASE],
  ] as const;

describeUse("Cloudflare Workers", {
  start: (settings) => startWorker({ name: "workerd-application", files: workerFiles(), settings, path: "" }),
  // The attacks run in a worker of their own, on the service that the application's billing.ts makes there.
  checkIsolation: async (given, own, other) => {
    const settings = { ...given, APP_URL: "https://app.example.com" };
    const files = [...workerFiles(), ["worker.ts", WORKER_ISOLATION]] as const;
    const worker = await startWorker({ name: "workerd-isolation", files, settings, nodeModules: true });
    try {
      const answer = await fetch(worker.url, { method: "POST", body: JSON.stringify({ own, other }) });
      return JSON.parse(await answer.text());
    } finally {
      await worker.stop();
    }
  },
});

describe("Next.js", () => {
  const cwd = join(FOLDER, "next");

  beforeAll(
    () =>
      buildNext(cwd, [
        ...readRecipe("Next.js"),
        ["webhooks.ts", receiverModule({ variable: "COLLECTOR_URL" })],
      ]),
    300_000,
  );

  for (const [mode, stops, NODE_ENV] of [
    ["start", "after it", "production"],
    ["dev", "at once", "development"],
  ] as const) {
    for (const [runtime, path] of [
      ["node", "/webhooks/stripe"],
      ["edge", "/edge/webhooks/stripe"],
    ] as const) {
      describeDeliveries(`next ${mode}, in the ${runtime} runtime`, {
        stops: runtime === "node" ? stops : "at once",
        start: ({ url }) => {
          const env = { ...NO_TELEMETRY, NODE_ENV, COLLECTOR_URL: url };
          return startApplication(bin("next"), [mode, "--port", "$PORT"], { cwd, path, env });
        },
      });
    }
  }
});

describeNextApplication();

describeNextBundles();

describeJest();

/** Starts `server.ts`, which Bun and Deno run as it is. */
async function startServer(
  heading: string,
  command: string,
  args: readonly string[],
  { url }: Collector,
): Promise<Application> {
  const cwd = join(FOLDER, heading.toLowerCase());
  await writeFiles(cwd, [MODULE, ...readRecipe(heading), ["webhooks.ts", receiverModule(url)]]);
  return startApplication(command, [...args, "server.ts"], { cwd });
}
