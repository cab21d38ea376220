import { redisUrl } from "@repo/test-kit/servers";
import { describe, test } from "vitest";
import { inboxContract } from "../../../../src/testing/index.js";
import { REDIS_CLIENTS } from "./clients.js";
import { openRedisInbox } from "./open-redis-inbox.js";

const url = redisUrl();

describe.skipIf(url === undefined).each(Object.entries(REDIS_CLIENTS))(
  "the Redis inbox on %s",
  (_, connect) => {
    const contract = inboxContract({
      leased: true,
      durable: true,
      wakes: true,
      faults: true,
      open: (settings) => openRedisInbox(url ?? "", connect, settings),
    });
    for (const { name, run } of contract) test(name, run);
  },
);
