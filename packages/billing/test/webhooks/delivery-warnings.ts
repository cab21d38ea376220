import type { WebhookLogger } from "../../src/webhooks.js";

/**
 * Takes the warnings of deliveries that a test makes fail. Refuses any other line, which the receiver then hands to the
 * process, where it shows.
 */
export const deliveryWarnings: WebhookLogger = {
  warn: (message) => {
    if (!/^(?:A webhook|Webhook) /.test(message)) throw new Error("This line is about no delivery.");
  },
};
