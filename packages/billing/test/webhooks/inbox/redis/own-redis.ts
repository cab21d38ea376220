import { type RunningRedis, startRedis } from "@repo/test-kit/redis";
import { redisUrl } from "@repo/test-kit/servers";
import { Redis } from "ioredis";
import { onTestFinished } from "vitest";

/** Where Redis may also be reached without a server of our own, ours cannot be started; CI has one. */
export const HAS_REDIS: boolean = redisUrl() !== undefined;

/** Starts a server for one test, with a client that does not wait for it when it is gone. */
export async function ownRedis(
  settings: Readonly<Record<string, string>> = {},
): Promise<RunningRedis & { readonly redis: Redis }> {
  const server = await startRedis(settings);
  const redis = new Redis(server.url, { maxRetriesPerRequest: 0, retryStrategy: () => null });
  redis.on("error", () => undefined);
  onTestFinished(async () => {
    redis.disconnect();
    await server.stop();
  });
  return { ...server, redis };
}
