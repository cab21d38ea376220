import { checkWebhooks, WEBHOOK_OPTIONS } from "../check-webhooks.js";
import { type Command, defineCommand } from "../command.js";
import { EXIT } from "../exit-codes.js";
import { withReceiver } from "../receiver.js";
import { openClient } from "../service.js";

const DETAILS = `Sends the URL one request without a signature, which your receiver answers with 400, and compares Stripe's endpoints
with your handlers: families, event lists and API version. Also checks for undelivered events, and whether your inbox is durable.
Changes nothing.

  billing webhooks check --url https://app.example.com/webhooks/stripe --events-from ./webhooks.mjs

Uses the key in STRIPE_SECRET_KEY (and STRIPE_API_BASE, for another server). Exit code 1 says that something failed.`;

/** Checks that Stripe's events reach the handlers. */
export const webhooksCheck: Command = defineCommand({
  name: "webhooks check",
  summary: "checks that Stripe's events reach your handlers",
  details: DETAILS,
  options: {
    url: { ...WEBHOOK_OPTIONS.url, required: true },
    "events-from": { ...WEBHOOK_OPTIONS["events-from"], required: true },
    json: { help: "print the checks as JSON" },
  },
  run: async (values, terminal) => {
    const { url, "events-from": module } = values;
    const { stripe } = openClient(terminal.env);
    const checks = await withReceiver("events-from", module, (receiver) =>
      checkWebhooks(stripe, url, receiver),
    );
    const lines = checks.flatMap(({ check, status, fact, advice }) => [
      `  ${status.padEnd(8)} ${check.padEnd(9)} ${fact}\n`,
      ...(advice === null ? [] : [`${" ".repeat(21)}→ ${advice}\n`]),
    ]);
    terminal.out(values.json ? `${JSON.stringify(checks, undefined, 2)}\n` : lines.join(""));
    return checks.some(({ status }) => status === "failure") ? EXIT.found : EXIT.ok;
  },
});
