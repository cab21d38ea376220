import { deliveryId } from "../../webhooks/inbox/inbox.js";
import { type Command, defineCommand } from "../command.js";
import { EXIT } from "../exit-codes.js";
import {
  DELIVERY_OPTIONS,
  describeDelivery,
  RECEIVER_DETAILS,
  RECEIVER_OPTIONS,
  toDeliveryKey,
  withReceiver,
} from "../receiver.js";

const LOOKED_THROUGH = 10_000;

/** Shows why an event is dead. */
export const eventsShow: Command = defineCommand({
  name: "events show",
  summary: "shows the last error of an event whose attempts all failed",
  details: `Exit code 1 says that the event is not dead.\n\n${RECEIVER_DETAILS}`,
  options: {
    ...RECEIVER_OPTIONS,
    ...DELIVERY_OPTIONS,
    event: { ...DELIVERY_OPTIONS.event, required: true },
    json: { help: "print it as JSON" },
  },
  run: async (values, terminal) => {
    const wanted = deliveryId(toDeliveryKey(values.event, values));
    const dead = await withReceiver("config", values.config, (webhooks) =>
      webhooks.listDead({ limit: LOOKED_THROUGH }),
    );
    const found = dead.find(({ key }) => deliveryId(key) === wanted);
    if (found === undefined) {
      terminal.err(`No event ${values.event} is dead in ${values.live ? "live" : "test"} mode.\n`);
      return EXIT.found;
    }
    const { key, eventType, attempts, diedAt, lastError = "The last attempt was never finished." } = found;
    const text =
      `${describeDelivery(eventType, key)}\n` +
      `dead since ${diedAt.toISOString()}, after ${attempts} attempts\n\n${lastError}\n`;
    terminal.out(values.json ? `${JSON.stringify(found, undefined, 2)}\n` : text);
    return EXIT.ok;
  },
});
