import { redisInbox } from "@repo/billing/webhooks";
import { Redis } from "ioredis";
import { dieAtCommands } from "./failpoints.mjs";
import { runWorker, toLeased } from "./worker.mjs";

await runWorker((settings) => {
  const { url, name, failpoint } = settings;
  // Found in CLIENT LIST by this name.
  const redis = new Redis(url, {
    connectionName: name,
    retryStrategy: () => 20,
    maxRetriesPerRequest: 100,
  });
  redis.on("error", () => undefined);
  const send = dieAtCommands(([command, ...args]) => redis.call(command, ...args), failpoint);
  const logger = { warn: () => undefined };
  return {
    inbox: redisInbox({ client: send, prefix: name, logger, ...toLeased(settings) }),
    // The journal says it.
    write: async () => undefined,
  };
});
