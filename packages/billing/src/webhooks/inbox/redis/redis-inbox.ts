import { Deadline } from "../../../deadline.js";
import { ConfigurationError } from "../../../errors.js";
import { assertKnownKeys } from "../../../known-keys.js";
import { assertMethod } from "../../assert-method.js";
import { processLogger, toUnfailingLogger, type WebhookLogger } from "../../tell-outcome.js";
import type { DurableInbox } from "../inbox.js";
import { leasedInbox } from "../leased/leased-inbox.js";
import { LEASE_OPTIONS, type LeaseOptions, toLeaseSettings } from "../leased/settings.js";
import { type RedisClient, type SendCommand, toSendCommand } from "./client.js";
import { judgeServer } from "./judge-server.js";
import { redisStore } from "./redis-store.js";
import { scriptRunner } from "./run-script.js";
import { KEY_NAMES } from "./scripts/common.js";
import { readServerSettings } from "./server-settings.js";

export interface RedisInboxOptions extends LeaseOptions {
  /** A connected client of ioredis or node-redis, for one server or a cluster, or a function that sends a command. */
  readonly client: RedisClient;
  /** The prefix of its keys, which are `{prefix}:…`, so all in one slot of a cluster. Default: `billing_inbox`. */
  readonly prefix?: string | undefined;
  /**
   * Accepts a server whose `maxmemory-policy` may evict any key, so that deliveries may be lost or handled again.
   * Default: false, so that such a server is refused.
   */
  readonly acceptEviction?: boolean | undefined;
  /** Gets a warning, at the first use, if the server's settings can lose deliveries. Default: process warnings. */
  readonly logger?: WebhookLogger | undefined;
}

const OPTIONS = ["client", "prefix", "acceptEviction", "logger", ...LEASE_OPTIONS];

/**
 * Creates an inbox in Redis 7 or newer, or Valkey. Handlers run at least once; claims are leases by the server's clock,
 * with fencing tokens. Unless `appendonly yes` and `appendfsync always` are set, the server may lose what it
 * acknowledged: at its first use the inbox reads the settings and warns of this, and refuses a server that may evict
 * any key.
 *
 * @example
 * import { redisInbox } from "@repo/billing/webhooks";
 *
 * const inbox = redisInbox({ client: redis }); // `new Redis(url)` of ioredis, or `createClient({ url })` of node-redis
 *
 * @throws {ConfigurationError} when an option is unknown or out of range. Its methods reject with one if the server is
 *   refused.
 */
export function redisInbox(options: RedisInboxOptions): DurableInbox<undefined> {
  assertKnownKeys("redisInbox", options, OPTIONS);
  const { client, prefix = "billing_inbox", acceptEviction = false } = options;
  const settings = toLeaseSettings(options);
  if (typeof prefix !== "string" || !/^[\w:.-]{1,200}$/.test(prefix)) {
    throw new ConfigurationError(
      "prefix must be 1 to 200 letters, digits, colons, dots, hyphens or underscores.",
    );
  }
  if (typeof acceptEviction !== "boolean") throw new ConfigurationError("acceptEviction must be a boolean.");
  if (options.logger !== undefined) assertMethod("logger", options.logger, "warn");
  const logger = options.logger === undefined ? processLogger : toUnfailingLogger(options.logger);
  const send = inTime(toSendCommand(client));
  const keys = KEY_NAMES.map((name) => `{${prefix}}:${name}`);
  const judged = onceJudged(send, keys[0] ?? "", (server) => judgeServer(server, acceptEviction, logger));
  return leasedInbox(redisStore(scriptRunner(judged, keys), settings), settings);
}

/** Longer than any command takes, also on a server that is busy with somebody's script. */
const PATIENCE_MS = 10_000;

/** Gives up a command that is not answered: clients wait for ever on a connection that went silent. */
function inTime(send: SendCommand): SendCommand {
  return (command, key) =>
    new Deadline(PATIENCE_MS, [], { what: "A command of the webhook inbox" }).race(send(command, key));
}

/** Sends nothing before the server's settings were read and judged; reads them again after a failure. */
function onceJudged(
  send: SendCommand,
  key: string,
  judge: (server: Awaited<ReturnType<typeof readServerSettings>>) => void,
): SendCommand {
  let judging: Promise<void> | undefined;
  return async (command, firstKey) => {
    judging ??= readServerSettings(send, key).then(judge);
    try {
      await judging;
    } catch (error) {
      judging = undefined;
      throw error;
    }
    return send(command, firstKey);
  };
}
