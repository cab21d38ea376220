import { Redis } from "ioredis";
import type { OpenInbox, StoreFaults } from "../../../../src/testing/index.js";
import { type SendCommand, toSendCommand } from "../../../../src/webhooks/inbox/redis/client.js";
import { KEY_NAMES } from "../../../../src/webhooks/inbox/redis/scripts/common.js";
import { type RedisInboxOptions, redisInbox } from "../../../../src/webhooks.js";
import type { ConnectRedis } from "./clients.js";

const quiet = { warn: () => undefined };
let opened = 0;

/** An empty prefix with the inboxes of two processes, and all that the contract asks of a test. */
export async function openRedisInbox(
  url: string,
  connect: ConnectRedis,
  settings: Partial<RedisInboxOptions>,
): Promise<OpenInbox> {
  opened += 1;
  const prefix = `test-${process.pid}-${opened}`;
  const [mine, other] = [await connect(url), await connect(url)];
  const faulty = faultySend(toSendCommand(mine.client));
  const options = { logger: quiet, prefix, ...settings };
  const inbox = redisInbox({ ...options, client: faulty.send });
  const admin = new Redis(url);
  const keyOf = (name: string) => `{${prefix}}:${name}`;
  const shift = async (name: string, ms: number) => {
    for (const member of await admin.zrange(keyOf(name), "0", "-1"))
      await admin.zincrby(keyOf(name), String(-ms), member);
  };
  return {
    inbox,
    peer: redisInbox({ ...options, client: other.client }),
    faults: faulty,
    reopen: () => redisInbox({ ...options, client: other.client }),
    expireClaims: async () => {
      for (const id of await admin.zrange(keyOf("leases"), "0", "-1")) {
        await admin.zadd(keyOf("leases"), "0", id);
        if ((await admin.zscore(keyOf("due"), id)) !== null) await admin.zadd(keyOf("due"), "0", id);
      }
    },
    passTime: async (ms) => {
      for (const name of ["leases", "due", "dead", "handled", "newest", "settled"]) await shift(name, ms);
    },
    close: async () => {
      await admin.del(KEY_NAMES.map(keyOf));
      await Promise.all([admin.quit(), mine.close(), other.close()]);
    },
  };
}

/** A link whose next script can fail, before or after it took effect. All scripts of the contract's steps write. */
function faultySend(send: SendCommand): StoreFaults & { readonly send: SendCommand } {
  let next: "before" | "after" | undefined;
  return {
    failNextWrite: () => {
      next = "before";
    },
    loseNextAnswer: () => {
      next = "after";
    },
    send: async (command, key) => {
      const fault = command[0]?.startsWith("EVAL") ? next : undefined;
      if (fault === undefined) return send(command, key);
      // A script that is not known yet is sent once more, in full.
      if (fault === "after") await send(command, key);
      next = undefined;
      throw new Error("read ECONNRESET");
    },
  };
}
