import { type Command, defineCommand } from "../command.js";
import { EXIT } from "../exit-codes.js";
import { readWholeNumber } from "../option-table.js";
import { describeDelivery, RECEIVER_DETAILS, RECEIVER_OPTIONS, withReceiver } from "../receiver.js";

/** Lists the events that are dead. */
export const eventsList: Command = defineCommand({
  name: "events list",
  summary: "lists the events whose attempts all failed",
  details: `The longest dead first. Exit code 1 says that there are some.\n\n${RECEIVER_DETAILS}`,
  options: {
    ...RECEIVER_OPTIONS,
    limit: { value: "<number>", help: "the most events to list, 1 to 10000 (default 100)" },
    json: { help: "print them as JSON" },
  },
  run: async (values, terminal) => {
    const limit = readWholeNumber("limit", values.limit, { least: 1, most: 10_000, fallback: 100 });
    const dead = await withReceiver("config", values.config, (webhooks) => webhooks.listDead({ limit }));
    const lines = dead.map(({ key, eventType, attempts, diedAt, lastError }) => {
      const [reason = ""] = (lastError ?? "").split("\n");
      return `${diedAt.toISOString()} ${describeDelivery(eventType, key)} after ${attempts} attempts: ${reason}\n`;
    });
    const text = lines.length === 0 ? "No events are dead.\n" : lines.join("");
    terminal.out(values.json ? `${JSON.stringify(dead, undefined, 2)}\n` : text);
    return dead.length === 0 ? EXIT.ok : EXIT.found;
  },
});
