/**
 * The runtimes and frameworks that are too large for the repository's own installation: `pnpm test:runtimes` installs them
 * from npm, and delivers to the routes that the documentation shows, on the package as it is packed.
 */
import { join } from "node:path";
import { run } from "@repo/test-kit/run-command";
import { beforeAll, describe } from "vitest";
import { type Application, receiverModule, startApplication, writeFiles } from "./application.js";
import { describeUse, type Settings } from "./application-use.js";
import type { Collector } from "./collector.js";
import { describeDeliveries } from "./delivery-matrix.js";
import { bin, buildNext, FOLDER, installRuntimes, must, NO_TELEMETRY } from "./installed.js";
import { describeNextApplication } from "./next-application.js";
import { readRecipe } from "./recipes.js";
import { DATABASE, WORKER_SESSION } from "./yours.js";

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
  start: async ({ url }) => {
    const cwd = join(FOLDER, "workerd");
    const files = [...readRecipe("Cloudflare Workers"), ["webhooks.ts", receiverModule(url)]] as const;
    await writeFiles(cwd, [MODULE, ...files, ["config.capnp", WORKERD_CONFIGURATION]]);
    const bundle = ["worker.ts", "--bundle", "--format=esm", "--conditions=workerd", "--outfile=bundle.js"];
    await must(run("env", ["-C", cwd, bin("esbuild"), ...bundle], { timeoutMs: 60_000 }));
    return startApplication(bin("workerd"), ["serve", "config.capnp", "--socket-addr=http=127.0.0.1:$PORT"], {
      cwd,
    });
  },
});

describeUse("Cloudflare Workers", {
  start: async (settings) => {
    const cwd = join(FOLDER, "workerd-application");
    await writeFiles(cwd, [
      MODULE,
      ...readRecipe("What all of them share", "applications.md"),
      ...readRecipe("Hono", "applications.md"),
      ...readRecipe("Cloudflare Workers", "applications.md"),
      ["session.ts", WORKER_SESSION],
      ["database.ts", DATABASE],
      ["config.capnp", withBindings(WORKERD_CONFIGURATION, settings)],
    ]);
    const external = "--external:cloudflare:workers";
    const bundle = ["worker.ts", "--bundle", "--format=esm", "--conditions=workerd", external];
    await must(
      run("env", ["-C", cwd, bin("esbuild"), ...bundle, "--outfile=bundle.js"], { timeoutMs: 60_000 }),
    );
    const serve = ["serve", "config.capnp", "--socket-addr=http=127.0.0.1:$PORT"];
    return startApplication(bin("workerd"), serve, { cwd, path: "", env: settings });
  },
});

/** A worker's environment is in its configuration, which takes it from that of workerd. */
function withBindings(configuration: string, settings: Settings): string {
  const bindings = Object.keys(settings).map((name) => `(name = "${name}", fromEnvironment = "${name}")`);
  return configuration.replace(
    "compatibilityDate",
    `bindings = [${bindings.join(", ")}],\n      compatibilityDate`,
  );
}

const WORKERD_CONFIGURATION = `
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "worker", esModule = embed "bundle.js")],
      compatibilityDate = "2024-01-01",
    )),
    # Its fetch may reach this machine, where the test listens.
    (name = "internet", network = (allow = ["private"])),
  ],
  sockets = [(name = "http", http = (), service = "main")],
);
`;

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
