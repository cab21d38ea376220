import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { firstRunning, leaveRunning, type Running, type Source } from "./first-running.js";
import { freePort } from "./free-port.js";
import { run } from "./run-command.js";
import type {} from "./servers.js";
import { startTethered } from "./tethered-process.js";

/** Tried in this order; the first that has one is used. */
const SOURCES: Readonly<Record<string, Source>> = {
  REDIS_URL: fromEnvironment,
  "port 6379": fromUsualPort,
  "redis-server on the PATH": fromMachine,
};

/** Vitest's global set-up: finds or starts a Redis and provides `redisUrl`. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const { logger } = project.vitest;
  const found = await firstRunning("Redis", "every test on Redis", SOURCES, logger);
  project.provide("redisUrl", found?.running.url);
  if (found === undefined) return undefined;
  const { url, stop } = found.running;
  const shown = new URL(url);
  shown.password &&= "***";
  logger.log(`Redis: using ${found.name}, at ${shown.href}`);
  return stop;
}

/** Whoever names a server wants that one: if it cannot be used, that is a mistake, not a reason to look further. */
export async function fromEnvironment(): ReturnType<Source> {
  const url = process.env["REDIS_URL"];
  if (!url) return { unavailable: "not set" };
  const { hostname, port } = new URL(url);
  if (await answers(hostname, Number(port || 6379))) return { url, stop: leaveRunning };
  throw new Error("REDIS_URL is set, but of no use: nothing like Redis answers there");
}

export async function fromUsualPort(port = 6379): ReturnType<Source> {
  return (await answers("127.0.0.1", port))
    ? { url: `redis://127.0.0.1:${port}`, stop: leaveRunning }
    : { unavailable: "nothing like Redis answers" };
}

async function fromMachine(): ReturnType<Source> {
  const version = await run("redis-server", ["--version"], { timeoutMs: 5_000 });
  return version.ok ? startRedis() : { unavailable: version.reason };
}

export interface RunningRedis extends Running {
  readonly port: number;
  /** Its files, which go when it stops. */
  readonly folder: string;
}

/** A server of our own, which keeps nothing unless the settings say so. */
export async function startRedis(settings: Readonly<Record<string, string>> = {}): Promise<RunningRedis> {
  const folder = await mkdtemp(join(tmpdir(), "billing-redis-"));
  const port = await freePort();
  const options = { port: String(port), bind: "127.0.0.1", dir: folder, save: "", ...settings };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const child = startTethered("redis-server", args);
  const stop = async () => {
    await child.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await child.waitForOutput(/(Ready to accept connections)/, 30_000);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `redis://127.0.0.1:${port}`, port, folder, stop };
}

/** Whether a Redis answers there, be it with a request for a password. */
function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2_000 });
    const end = (isRedis: boolean) => {
      socket.destroy();
      resolve(isRedis);
    };
    socket.on("connect", () => socket.write("PING\r\n"));
    socket.on("data", (reply) => end(/^(?:\+PONG|-NOAUTH)/.test(reply.toString())));
    socket
      .on("error", () => end(false))
      .on("timeout", () => end(false))
      .on("close", () => end(false));
  });
}
