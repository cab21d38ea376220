import { PermissionError } from "../../src/errors.js";
import { createWebhookReceiver, memoryInbox, type WebhookReceiver } from "../../src/webhooks.js";
import { fakeStripe, listedEvent } from "../webhooks/reconcile/listed-events.js";

const nowSeconds = Math.floor(Date.now() / 1000);
const listed = Array.from({ length: 5 }, (_, index) =>
  listedEvent(`evt_${index}`, nowSeconds - 60 * (index + 1)),
);
const ofAccount = listedEvent("evt_connected", nowSeconds - 60);

/** What a test may change of the application. */
export const application: { broken: string | undefined; closed: number } = { broken: "evt_2", closed: 0 };

const stripe = fakeStripe(listed);
stripe.events.set("acct_1", [ofAccount]);

/** An application's own receiver, whose inbox gives up at once. */
export const webhooks: WebhookReceiver = createWebhookReceiver({
  signingSecrets: ["whsec_9Hq3rT7vXk2LmN5pW8yB4cD6fG1jZ0aS"],
  billing: {
    ...stripe,
    listEvents: async (query) => {
      const cause = { code: "account_invalid" };
      if (query.account === "acct_gone") throw new PermissionError("The API key has no access.", { cause });
      return (await stripe.listEvents?.(query)) ?? { events: [] };
    },
  },
  inbox: memoryInbox({ maxAttempts: 1 }),
  logger: { warn: () => undefined },
  on: {
    "customer.subscription.updated": (event) => {
      if (event.id === application.broken)
        throw new Error("the mailer sk_live_0123456789abcdef is down\nevt_1 handled");
    },
  },
});

export function close(): void {
  application.closed += 1;
}
