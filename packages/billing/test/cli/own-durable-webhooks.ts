import Database from "libsql";
import { createWebhookReceiver, sqliteInbox, type WebhookReceiver } from "../../src/webhooks.js";
import { fakeStripe } from "../webhooks/reconcile/listed-events.js";

export const database: Database.Database = new Database(":memory:");

/** An application's own receiver, with an inbox that a test may break. */
export const webhooks: WebhookReceiver = createWebhookReceiver({
  signingSecrets: ["whsec_9Hq3rT7vXk2LmN5pW8yB4cD6fG1jZ0aS"],
  billing: fakeStripe([]),
  inbox: sqliteInbox({ database }),
  on: { "customer.subscription.updated": () => undefined },
});
