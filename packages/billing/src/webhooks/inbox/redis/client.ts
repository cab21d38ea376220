import { ConfigurationError } from "../../../errors.js";

/** Sends one command; `key` is one of its keys, which names the node of a cluster. */
export type SendCommand = (command: readonly string[], key: string) => Promise<unknown>;

/** `Redis` and `Cluster` of ioredis. */
export interface IoredisClient {
  call(command: string, ...args: string[]): Promise<unknown>;
}

/** What `createClient` of node-redis returns. */
export interface NodeRedisClient {
  sendCommand(command: string[]): Promise<unknown>;
}

/** What `createCluster` of node-redis returns. */
export interface NodeRedisCluster {
  readonly masters: unknown;
  sendCommand(firstKey: string, isReadonly: boolean, command: string[]): Promise<unknown>;
}

/** A connected client of ioredis or node-redis as it is, or a function that sends a command through another client. */
export type RedisClient = IoredisClient | NodeRedisClient | NodeRedisCluster | SendCommand;

/** @throws {ConfigurationError} when it is no client that we know. */
export function toSendCommand(client: RedisClient): SendCommand {
  if (typeof client === "function") return client;
  if (has(client, "call")) return ([name = "", ...args]) => client.call(name, ...args);
  if (isNodeRedisCluster(client)) return (command, key) => client.sendCommand(key, false, [...command]);
  if (has(client, "sendCommand")) return (command) => client.sendCommand([...command]);
  throw new ConfigurationError(
    "client must be a client of ioredis or node-redis, or a function that sends a command.",
  );
}

function isNodeRedisCluster(client: RedisClient): client is NodeRedisCluster {
  return has(client, "sendCommand") && "masters" in client;
}

function has<Name extends string, Client extends object>(
  client: Client,
  method: Name,
): client is Extract<Client, Readonly<Record<Name, unknown>>> {
  return typeof client === "object" && client !== null && typeof Reflect.get(client, method) === "function";
}
