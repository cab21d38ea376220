/**
 * One of an application's processes, with the package as it is built: receives what the test delivers to it as Stripe
 * does, and takes up what is due. Its handler writes one effect; nothing but the inbox keeps that from happening twice.
 * The journal is written before the handler goes on, so that no kill takes a line of it away.
 */
import { createHmac } from "node:crypto";
import { openSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { createWebhookReceiver } from "@repo/billing/webhooks";
import { diesInHandler } from "./failpoints.mjs";
import { setClock } from "./stepped-clock.mjs";

const SECRET = "whsec_9Hq3rT7vXk2LmN5pW8yB4cD6fG1jZ0aS";
const POISONED = "evt_0";
const POISONS = {
  exits: () => process.exit(1),
  "takes all memory": () => {
    for (const held = []; ; ) held.push(Array.from({ length: 1_000_000 }, () => held.length));
  },
};

/** Runs until the test is gone. `openStore` makes the inbox of the settings, and what its handler writes an effect with. */
export async function runWorker(openStore) {
  const settings = JSON.parse(process.argv[2] ?? "{}");
  const { journal, respond, concurrency, handlerMs, failpoint, clock, poison } = settings;
  if (clock !== undefined) setClock(clock);
  const journalFile = openSync(journal, "a");
  const note = (...words) => writeSync(journalFile, `${words.join(" ")}\n`);
  const store = openStore(settings);

  const webhooks = createWebhookReceiver({
    signingSecrets: [SECRET],
    billing: { resolveTenant: async () => ({ status: "tenant", tenantId: "acme" }), forTenant: () => ({}) },
    inbox: store.inbox,
    respond,
    objects: "delivered",
    logger: { warn: () => undefined },
    onOutcome: ({ status, delivery, attempt }) => {
      if (status === "handled") note("settled", delivery.eventId, attempt);
    },
    on: { "customer.subscription.updated": handle },
  });

  async function handle({ id }, { tx, attempt }) {
    note("began", id, attempt);
    diesInHandler(failpoint, "handler began");
    if (poison !== undefined && id === POISONED) POISONS[poison]();
    // Half of the time is before the effect and half after it.
    await sleep((Math.random() * handlerMs) / 2);
    await store.write(tx, id, attempt);
    note("wrote", id, attempt);
    diesInHandler(failpoint, "effect was written");
    await sleep((Math.random() * handlerMs) / 2);
  }

  process.on("message", async ({ number, body }) => {
    const timestamp = Math.floor(Date.now() / 1000);
    const signature = createHmac("sha256", SECRET).update(`${timestamp}.${body}`).digest("hex");
    const { status } = await webhooks.receive(body, `t=${timestamp},v1=${signature}`);
    process.send?.({ number, status });
  });
  process.on("disconnect", () => process.exit());
  process.send?.({ ready: true });
  await webhooks.work({ concurrency, signal: new AbortController().signal });
}

/** The settings that each inbox with leases has. */
export function toLeased({ leaseSeconds, maxAttempts = 1_000_000 }) {
  return { leaseSeconds, maxAttempts, objectWaitSeconds: 0.5 };
}
