import { join } from "node:path";
import { run } from "@repo/test-kit/run-command";
import { type Application, startApplication, writeFiles } from "./application.js";
import { bin, FOLDER, must } from "./installed.js";

export interface WorkerOptions {
  /** The name of its folder. */
  readonly name: string;
  readonly files: Iterable<readonly [string, string]>;
  /** What it finds in `env`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Whether it may import Node's modules. The applications that the documentation shows do without. */
  readonly nodeModules?: boolean;
  readonly path?: string;
}

/** Bundles `worker.ts` as Cloudflare's tools do, and serves it by workerd. */
export async function startWorker(options: WorkerOptions): Promise<Application> {
  const { name, files, settings = {}, nodeModules = false, path } = options;
  const cwd = join(FOLDER, name);
  await writeFiles(cwd, [
    ["package.json", '{ "type": "module" }'],
    ...files,
    ["config.capnp", configure(Object.keys(settings), nodeModules)],
  ]);
  const bundle = ["worker.ts", "--bundle", "--format=esm", "--conditions=workerd", "--outfile=bundle.js"];
  const external = ["--external:cloudflare:workers", "--external:node:*"];
  await must(run("env", ["-C", cwd, bin("esbuild"), ...bundle, ...external], { timeoutMs: 60_000 }));
  const serve = ["serve", "config.capnp", "--socket-addr=http=127.0.0.1:$PORT"];
  return startApplication(bin("workerd"), serve, {
    cwd,
    env: settings,
    ...(path === undefined ? {} : { path }),
  });
}

/** A worker's environment is in its configuration, which takes it from that of workerd. */
function configure(settings: readonly string[], nodeModules: boolean): string {
  const bindings = settings.map((name) => `(name = "${name}", fromEnvironment = "${name}")`);
  return `
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "worker", esModule = embed "bundle.js")],
      bindings = [${bindings.join(", ")}],
      compatibilityDate = "2024-01-01",
      compatibilityFlags = [${nodeModules ? '"nodejs_compat"' : ""}],
    )),
    # Its fetch may reach this machine, where the test listens.
    (name = "internet", network = (allow = ["private"])),
  ],
  sockets = [(name = "http", http = (), service = "main")],
);
`;
}
