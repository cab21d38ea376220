import type { SendCommand } from "./client.js";

/** What the server makes of what it has acknowledged. Parts that it does not tell are undefined. */
export interface ServerSettings {
  /** Whether the server may remove keys of ours when it runs out of memory. */
  readonly evicts: boolean | undefined;
  readonly evictionPolicy: string | undefined;
  readonly persistence: Persistence | undefined;
}

export type Persistence = "every_write" | "every_second" | "left_to_the_system" | "snapshots" | "none";

const SETTINGS = ["maxmemory", "maxmemory-policy", "appendonly", "appendfsync", "save"];

/** Asks by `CONFIG GET`, or by `INFO`, which tells less, where that is forbidden. */
export async function readServerSettings(send: SendCommand, key: string): Promise<ServerSettings> {
  let config: ReadonlyMap<string, string>;
  try {
    config = toConfig(await send(["CONFIG", "GET", ...SETTINGS], key));
  } catch {
    config = toInfo(await send(["INFO"], key));
  }
  const memory = config.get("maxmemory");
  const evictionPolicy = config.get("maxmemory-policy");
  const isUnlimited = memory === "0";
  // None of our keys expires, so the volatile policies leave them alone.
  const evicts = isUnlimited ? false : evictionPolicy?.startsWith("allkeys-");
  return { evicts, evictionPolicy, persistence: toPersistence(config) };
}

function toPersistence(config: ReadonlyMap<string, string>): Persistence | undefined {
  const save = config.get("save");
  if (config.get("appendonly") === "no") {
    return save === undefined ? undefined : save === "" ? "none" : "snapshots";
  }
  switch (config.get("appendfsync")) {
    case "always":
      return "every_write";
    case "everysec":
      return "every_second";
    case "no":
      return "left_to_the_system";
    default:
      return undefined;
  }
}

/** A list of names and values in turn, or in RESP3 a map, which clients return as a Map or an object. */
function toConfig(reply: unknown): ReadonlyMap<string, string> {
  if (Array.isArray(reply)) {
    const texts = reply.map(String);
    return new Map(texts.flatMap((text, index) => (index % 2 === 0 ? [[text, texts[index + 1] ?? ""]] : [])));
  }
  const entries = reply instanceof Map ? [...reply] : Object.entries(Object(reply));
  return new Map(entries.map(([name, value]) => [String(name), String(value)]));
}

/** The name in CONFIG of a setting that INFO calls otherwise. */
const INFO_NAMES: Readonly<Record<string, string>> = { maxmemory_policy: "maxmemory-policy" };

function toInfo(reply: unknown): ReadonlyMap<string, string> {
  const lines = [...String(reply).matchAll(/^(\w+):(.*?)\r?$/gm)];
  return new Map(lines.map(([, name = "", value = ""]) => [INFO_NAMES[name] ?? name, value]));
}
