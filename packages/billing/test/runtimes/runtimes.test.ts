/**
 * The runtimes and frameworks that are too large for the repository's own installation: `pnpm test:runtimes` installs them
 * from npm, and delivers to the routes that the documentation shows, on the package as it is packed.
 */
import { cp } from "node:fs/promises";
import { join, resolve } from "node:path";
import { run } from "@repo/test-kit/run-command";
import { beforeAll, describe } from "vitest";
import { type Application, receiverModule, startApplication, writeFiles } from "./application.js";
import type { Collector } from "./collector.js";
import { describeDeliveries } from "./delivery-matrix.js";
import { installPacked } from "./packed-package.js";
import { readRecipe } from "./recipes.js";

/** Outside the packages, so that nothing of theirs is found by chance. */
const FOLDER = resolve(import.meta.dirname, "../../../../.cache/runtimes");
const bin = (name: string) => join(FOLDER, "node_modules/.bin", name);
/** The program itself: what npm puts in its place would not pass signals on. */
const DENO = join(FOLDER, "node_modules/deno/deno");
const MODULE = ["package.json", '{ "type": "module" }'] as const;

beforeAll(async () => {
  await cp(join(import.meta.dirname, "installed"), FOLDER, { recursive: true });
  const install = ["--yes", "pnpm@12.21.0", "--dir", FOLDER, "install", "--frozen-lockfile"];
  await must(run("npx", install, { timeoutMs: 240_000 }));
  await installPacked(FOLDER);
}, 300_000);

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
  const NO_TELEMETRY = { NEXT_TELEMETRY_DISABLED: "1" };

  beforeAll(async () => {
    await writeFiles(cwd, [
      ["package.json", "{}"],
      ["tsconfig.json", NEXT_TSCONFIG],
      ["next.config.mjs", `export default { turbopack: { root: ${JSON.stringify(FOLDER)} } };`],
      ...readRecipe("Next.js"),
      ["webhooks.ts", receiverModule({ variable: "COLLECTOR_URL" })],
    ]);
    const env = { ...NO_TELEMETRY, NODE_ENV: "production" };
    await must(run("env", ["-C", cwd, bin("next"), "build"], { timeoutMs: 120_000, env }));
  });

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

const NEXT_TSCONFIG = JSON.stringify({
  compilerOptions: {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: "es2022",
    lib: ["es2023", "dom", "dom.iterable"],
    module: "esnext",
    moduleResolution: "bundler",
    isolatedModules: true,
    jsx: "react-jsx",
    paths: { "@/*": ["./*"] },
    plugins: [{ name: "next" }],
  },
  include: ["**/*.ts"],
  exclude: ["node_modules"],
});

async function must(command: ReturnType<typeof run>): Promise<void> {
  const result = await command;
  if (!result.ok) throw new Error(result.reason);
}
