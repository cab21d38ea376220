import type { DeliveryKey } from "../../webhooks/inbox/inbox.js";
import type { Outcome } from "../../webhooks/outcome.js";
import { type Command, defineCommand } from "../command.js";
import { EXIT } from "../exit-codes.js";
import { findMessage } from "../find-message.js";
import { createProgress } from "../progress.js";
import {
  DELIVERY_OPTIONS,
  type EventsReceiver,
  RECEIVER_DETAILS,
  RECEIVER_OPTIONS,
  toDeliveryKey,
  withReceiver,
} from "../receiver.js";
import { UsageError } from "../usage-error.js";

const DETAILS = `Runs the handler of one dead event, or of all of them, once more in this process; the longest dead first. An event whose
handler fails again stays dead, and exit code 1 says so.

  billing events requeue --config ./webhooks.mjs --event evt_1
  billing events requeue --config ./webhooks.mjs --all

${RECEIVER_DETAILS}`;

const MOST_AT_ONCE = 10_000;

type Requeued = DeliveryKey & { readonly status: Outcome["status"] | "not dead"; readonly error?: string };

/** Tries dead events once more. */
export const eventsRequeue: Command = defineCommand({
  name: "events requeue",
  summary: "handles events again whose attempts all failed",
  details: DETAILS,
  options: {
    ...RECEIVER_OPTIONS,
    ...DELIVERY_OPTIONS,
    all: { help: "every dead event" },
    json: { help: "print the result of each as JSON" },
  },
  run: async (values, terminal) => {
    const { event } = values;
    if ((event === undefined) === !values.all) throw new UsageError("Either --event or --all is needed.");
    const show = createProgress(terminal);
    const requeued = await withReceiver("config", values.config, async (webhooks) => {
      const keys =
        event === undefined
          ? (await webhooks.listDead({ limit: MOST_AT_ONCE })).map(({ key }) => key)
          : [toDeliveryKey(event, values)];
      const results: Requeued[] = [];
      for (const key of keys) {
        results.push(await requeue(webhooks, key));
        show(`${results.length} of ${keys.length} tried.`);
      }
      return results;
    });
    // The first line of an error: another could pass for another event.
    const lines = requeued.map(({ eventId, status, error }) =>
      [eventId, status, ...(error === undefined ? [] : error.split("\n").slice(0, 1))].join(" "),
    );
    terminal.out(
      values.json ? `${JSON.stringify(requeued, undefined, 2)}\n` : lines.map((line) => `${line}\n`).join(""),
    );
    return requeued.every(({ status }) => HANDLED.has(status)) ? EXIT.ok : EXIT.found;
  },
});

const HANDLED: ReadonlySet<Requeued["status"]> = new Set(["handled", "ignored"]);

async function requeue(webhooks: EventsReceiver, key: DeliveryKey): Promise<Requeued> {
  const outcome = await webhooks.requeue(key);
  if (outcome === undefined) return { ...key, status: "not dead" };
  const error = "error" in outcome ? findMessage(outcome.error) : undefined;
  return { ...key, status: outcome.status, ...(error === undefined ? {} : { error }) };
}
