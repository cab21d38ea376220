import { ConfigurationError } from "../../../errors.js";
import type { WebhookLogger } from "../../tell-outcome.js";
import type { Persistence, ServerSettings } from "./server-settings.js";

const LOSSES: Readonly<Record<Exclude<Persistence, "every_write">, string>> = {
  every_second:
    "syncs its log to disk every second (appendfsync everysec), so a crash loses up to the last second",
  left_to_the_system:
    "leaves it to the operating system when its log reaches the disk (appendfsync no), so a crash loses some seconds",
  snapshots: "keeps only snapshots (appendonly no), so a crash loses all since the last one",
  none: 'keeps nothing on disk (appendonly no, save ""), so a restart loses everything',
};

/**
 * Says what the server's settings make of the promise.
 *
 * @throws {ConfigurationError} when the server may evict deliveries and the application has not accepted that.
 */
export function judgeServer(
  { evicts, evictionPolicy, persistence }: ServerSettings,
  acceptEviction: boolean,
  logger: WebhookLogger,
): void {
  // guard: a server that may throw deliveries away is refused
  if (evicts === true && !acceptEviction) {
    throw new ConfigurationError(
      `Redis evicts any key when it runs out of memory (maxmemory-policy ${evictionPolicy}), and with it deliveries that ` +
        "were acknowledged. Set maxmemory-policy noeviction, use another server for the inbox, or pass acceptEviction: true.",
    );
  }
  const tell = (words: string) => {
    logger.warn(
      `The Redis of this webhook inbox ${words}. With respond: "stored", acknowledged webhooks are lost then, and in every ` +
        "mode handled ones may be handled again.",
    );
  };
  if (evicts === true) tell(`may evict its keys (maxmemory-policy ${evictionPolicy})`);
  if (evicts === undefined) tell("does not say whether it may evict keys: it should not");
  if (persistence === undefined)
    tell("does not say how it writes to disk: it may lose the newest writes in a crash");
  else if (persistence !== "every_write") tell(LOSSES[persistence]);
}
