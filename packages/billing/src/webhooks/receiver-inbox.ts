import { ConfigurationError } from "../errors.js";
import { assertMethod } from "./assert-method.js";
import { type DurableInbox, isDurable, type WebhookInbox } from "./inbox/inbox.js";
import { memoryInbox } from "./inbox/memory.js";
import type { WebhookLogger } from "./tell-outcome.js";

/** A receiver's inbox, and that inbox again where it outlives the process. */
interface ReceiverInbox<Tx> {
  readonly inbox: WebhookInbox<Tx>;
  readonly durable: DurableInbox<Tx> | undefined;
}

/** Takes the inbox of the options, or a memory inbox with a warning. @throws ConfigurationError for one that does not fit. */
export function chooseInbox<Tx>(
  given: WebhookInbox<Tx> | undefined,
  respond: "handled" | "stored",
  logger: WebhookLogger,
): ReceiverInbox<Tx> {
  const inbox = given ?? createMemoryInbox<Tx>(logger);
  for (const method of INBOX_METHODS) assertMethod("inbox", inbox, method);
  const durable = isDurable(inbox) ? inbox : undefined;
  if (respond === "stored" && durable === undefined) {
    throw new ConfigurationError(
      'respond: "stored" needs an inbox that outlives this process, such as postgresInbox; memoryInbox does not.',
    );
  }
  return { inbox, durable };
}

const INBOX_METHODS: readonly (keyof WebhookInbox<unknown>)[] = [
  "process",
  "requeue",
  "listDead",
  "readStats",
];

function createMemoryInbox<Tx>(logger: WebhookLogger): WebhookInbox<Tx> {
  logger.warn(
    "This webhook receiver has no `inbox` option and keeps handled events in memory: other processes do not share it, " +
      "and a restart forgets it. Pass a durable inbox, or `inbox: memoryInbox()` to accept this.",
  );
  // Tx is inferred from `inbox` alone, so without it Tx is its default, undefined.
  return memoryInbox() as WebhookInbox<Tx>;
}
