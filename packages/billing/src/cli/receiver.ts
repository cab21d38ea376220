import type { DeliveryKey } from "../webhooks/inbox/inbox.js";
import type { WebhookReceiver } from "../webhooks/webhook-receiver.js";
import { readAccountId } from "./account-id.js";
import type { Option } from "./option-table.js";
import { loadModule } from "./service.js";
import { UsageError } from "./usage-error.js";

type Valued = Required<Pick<Option, "value" | "help">>;

/** The option of every command that works with the application's receiver. */
export const RECEIVER_OPTIONS: { readonly config: Valued & { readonly required: true } } = {
  config: { value: "<module>", help: 'a module that exports your receiver as "webhooks"', required: true },
};

/** What the help of such a command says of it. */
export const RECEIVER_DETAILS = `--config is a module of your application that exports the receiver that createWebhookReceiver made as "webhooks". If it
exports a function "close" too, that is called at the end, for connections that would keep the command from ending.`;

const METHODS = ["reconcile", "requeue", "listDead", "readStats"] as const;

export type EventsReceiver = Pick<
  WebhookReceiver,
  (typeof METHODS)[number] | "reconcileSubscriptions" | "reconcileEntitlements" | "eventTypes" | "isDurable"
>;

/** Runs `work` with the receiver of the module that an option names. @throws UsageError where the module exports none. */
export async function withReceiver<T>(
  option: string,
  path: string,
  work: (receiver: EventsReceiver, module: object) => Promise<T>,
): Promise<T> {
  const module = await loadModule(option, path);
  const receiver: unknown = Reflect.get(module, "webhooks");
  if (!isReceiver(receiver)) {
    throw new UsageError(
      `--${option} must be a module that exports what createWebhookReceiver made as "webhooks".`,
    );
  }
  try {
    return await work(receiver, module);
  } finally {
    const close: unknown = Reflect.get(module, "close");
    if (typeof close === "function") await close();
  }
}

function isReceiver(value: unknown): value is EventsReceiver {
  if (typeof value !== "object" || value === null) return false;
  return METHODS.every((name) => typeof Reflect.get(value, name) === "function");
}

/** The options that name one delivery. */
export const DELIVERY_OPTIONS: {
  readonly event: Valued;
  readonly account: Valued;
  readonly live: Pick<Option, "help">;
} = {
  event: { value: "<evt_…>", help: "the event's id, as billing events list prints it" },
  account: { value: "<acct_…>", help: "the connected account it happened on" },
  live: { help: "look for a live-mode event instead of a test-mode one" },
};

/** The key of the delivery that the options name. @throws UsageError for what is no account's id. */
export function toDeliveryKey(
  eventId: string,
  { account, live }: { readonly account: string | undefined; readonly live: boolean },
): DeliveryKey {
  return {
    eventId,
    livemode: live,
    ...(account === undefined ? {} : { account: readAccountId("account", account) }),
  };
}

/** One line that names a delivery. */
export function describeDelivery(eventType: string, { eventId, account, livemode }: DeliveryKey): string {
  return [eventId, eventType, livemode ? "live" : "test", ...(account === undefined ? [] : [account])].join(
    " ",
  );
}
