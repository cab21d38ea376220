import { Cluster, Redis } from "ioredis";
import { createClient, createCluster } from "redis";
import type { RedisClient } from "../../../../src/webhooks.js";

/** A connected client of each kind, and how to end it. */
export interface ConnectedRedis {
  readonly client: RedisClient;
  readonly close: () => Promise<unknown>;
}

export type ConnectRedis = (url: string) => Promise<ConnectedRedis>;

export const REDIS_CLIENTS: Readonly<Record<string, ConnectRedis>> = {
  ioredis: async (url) => {
    const client = new Redis(url);
    return { client, close: () => client.quit() };
  },
  "node-redis": async (url) => {
    const client = await createClient({ url }).connect();
    return { client, close: () => client.close() };
  },
  "a function": async (url) => {
    const redis = new Redis(url);
    const client = ([name = "", ...args]: readonly string[]) => redis.call(name, ...args);
    return { client, close: () => redis.quit() };
  },
};

export const CLUSTER_CLIENTS: Readonly<Record<string, ConnectRedis>> = {
  "the Cluster of ioredis": async (url) => {
    const client = new Cluster([url]);
    return { client, close: () => client.quit() };
  },
  "the cluster of node-redis": async (url) => {
    const client = await createCluster({ rootNodes: [{ url }] }).connect();
    return { client, close: () => client.close() };
  },
};
