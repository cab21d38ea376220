import { setTimeout as sleep } from "node:timers/promises";
import { type RunningRedis, startRedis } from "@repo/test-kit/redis";
import { Redis } from "ioredis";
import type { Progress, TestedStore } from "./tested-store.js";

/** With these the server keeps all that it acknowledged. */
const DURABLE = { appendonly: "yes", appendfsync: "always" };

/** What waits its turn after a failure may run now; ARGV: the prefix. Held deliveries are due when their lease ends. */
const PASS_PAUSES = `
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
for _, id in ipairs(redis.call('ZRANGE', KEYS[1], '(' .. now, '+inf', 'BYSCORE')) do
  local lease = tonumber(redis.call('ZSCORE', KEYS[2], id) or '0')
  if lease <= now then redis.call('ZADD', KEYS[1], now, id) end
end`;

/** A Redis of a suite's own, and the keys of one run in it. */
export class RedisStore implements TestedStore {
  readonly kind = "redis";
  readonly name: string;
  readonly decisive: Buffer = Buffer.from("EVALSHA");
  #server: RunningRedis;
  #admin: Redis;

  static async start(name: string): Promise<RedisStore> {
    return new RedisStore(await startRedis(DURABLE), name);
  }

  private constructor(server: RunningRedis, name: string) {
    this.#server = server;
    this.#admin = connect(server.url);
    this.name = name;
  }

  get url(): string {
    return this.#server.url;
  }

  async create(): Promise<void> {
    await this.#admin.ping();
  }

  async passPauses(): Promise<void> {
    await this.#admin.eval(PASS_PAUSES, 2, this.#key("due"), this.#key("leases"));
  }

  async progress(): Promise<Progress> {
    const [waiting, settled] = await Promise.all([
      this.#admin.zcard(this.#key("open")),
      this.#admin.zcard(this.#key("handled")),
    ]);
    return { waiting, settled };
  }

  waiting(): Promise<ReadonlySet<string>> {
    return this.#ids("open");
  }

  dead(): Promise<ReadonlySet<string>> {
    return this.#ids("dead");
  }

  async #ids(key: string): Promise<ReadonlySet<string>> {
    const ids = await this.#admin.zrange(this.#key(key), "0", "-1");
    return new Set(ids.map((id) => id.replace(/^.*:/, "")));
  }

  /** At least one; what a handler does is not part of any transaction. */
  effects(): undefined {
    return undefined;
  }

  async takeovers(): Promise<readonly number[]> {
    return [];
  }

  async endSessions(most = Number.POSITIVE_INFINITY): Promise<number> {
    const list = String(await this.#admin.call("CLIENT", "LIST"));
    const ids = list
      .split("\n")
      .flatMap((line) => (line.includes(` name=${this.name} `) ? (/^id=(\d+)/.exec(line)?.[1] ?? []) : []));
    const chosen = ids.toSorted(() => Math.random() - 0.5).slice(0, most);
    for (const id of chosen) await this.#admin.call("CLIENT", "KILL", "ID", id);
    return chosen.length;
  }

  async exhaust(): Promise<void> {
    await this.#admin.config("SET", "maxclients", "1");
    await this.endSessions();
    await sleep(200);
    await this.#admin.config("SET", "maxclients", "10000");
  }

  async setClock(): Promise<void> {
    throw new Error("Nothing comes between this server and its clock.");
  }

  async crash(): Promise<void> {
    await this.#end("SIGKILL");
  }

  async shutDown(): Promise<void> {
    await this.#end("SIGTERM");
  }

  async #end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const pid = Number(/process_id:(\d+)/.exec(await this.#admin.info("server"))?.[1]);
    this.#admin.disconnect();
    process.kill(pid, signal);
    while (isRunning(pid)) await sleep(5);
  }

  /** On the same port, with the files of before. */
  async start(): Promise<void> {
    const { url, port, folder, stop } = this.#server;
    const again = await startRedis({ ...DURABLE, port: String(port), dir: folder });
    const stopBoth = async () => {
      await again.stop();
      await stop();
    };
    this.#server = { url, port, folder, stop: stopBoth };
    this.#admin = connect(url);
  }

  async drop(): Promise<void> {
    this.#admin.disconnect();
    await this.#server.stop();
  }

  #key(name: string): string {
    return `{${this.name}}:${name}`;
  }
}

function connect(url: string): Redis {
  return new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: null }).on("error", () => undefined);
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
