/** A receiver without a logger of its own, whose one event fails with secrets in the error. */

const { createWebhookReceiver } = await import(process.env.BILLING_WEBHOOKS);

const event = {
  id: "evt_1",
  object: "event",
  type: "customer.subscription.updated",
  livemode: false,
  created: Math.floor(Date.now() / 1000) - 60,
  data: { object: { id: "sub_1", object: "subscription", customer: "cus_1" } },
};

export const webhooks = createWebhookReceiver({
  signingSecrets: ["whsec_9Hq3rT7vXk2LmN5pW8yB4cD6fG1jZ0aS"],
  billing: {
    resolveTenant: async () => ({ status: "tenant", tenantId: "acme" }),
    forTenant: () => ({}),
    listEvents: async () => ({ events: [event] }),
  },
  on: {
    [event.type]: () => {
      throw new Error("sk_live_0123456789abcdef was refused by postgres://app:hunter2@db/app");
    },
  },
});
