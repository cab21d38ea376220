/** A receiver whose dead events take a while each, so that progress is shown before the last one. */

const dead = Array.from({ length: 6 }, (_, at) => ({
  key: { eventId: `evt_${at}`, livemode: false },
  eventType: "invoice.paid",
  attempts: 20,
  diedAt: new Date(0),
  lastError: "The handler failed.",
}));

export const webhooks = {
  eventTypes: [],
  reconcile: async () => {},
  readStats: async () => {},
  listDead: async () => dead,
  requeue: async () => {
    await new Promise((resolve) => setTimeout(resolve, 700));
    return { status: "handled" };
  },
};
