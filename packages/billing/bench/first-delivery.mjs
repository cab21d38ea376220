/**
 * Answers one delivery and prints the milliseconds from the start of the process: `memory`, `postgres` with the server's
 * URL, or `constructEvent` of the SDK. For starting.mjs.
 */
import { createHmac, randomUUID } from "node:crypto";

const [side, url] = process.argv.slice(2);
const SECRET = `whsec_${"0123456789abcdef".repeat(2)}`;
const created = Math.floor(Date.now() / 1_000);
const body = JSON.stringify({
  id: `evt_${randomUUID()}`,
  object: "event",
  type: "customer.updated",
  created,
  livemode: false,
  data: { object: { id: "cus_1", object: "customer" } },
});
const signature = createHmac("sha256", SECRET).update(`${created}.${body}`).digest("hex");
const header = `t=${created},v1=${signature}`;

const SIDES = { constructEvent, memory, postgres };
await SIDES[side]();

async function constructEvent() {
  const { default: Stripe } = await import("stripe");
  Stripe.webhooks.constructEvent(body, header, SECRET);
  console.log(performance.now());
}

async function memory() {
  const { memoryInbox } = await import("@repo/billing/webhooks");
  await deliver(memoryInbox());
}

async function postgres() {
  const { default: pg } = await import("pg");
  const { postgresInbox } = await import("@repo/billing/postgres");
  const pool = new pg.Pool({ connectionString: url });
  await deliver(postgresInbox({ pool }));
  // Without waiting for what the inbox does after the answer.
  process.exit();
}

async function deliver(inbox) {
  const { createWebhookReceiver } = await import("@repo/billing/webhooks");
  const receiver = createWebhookReceiver({
    signingSecrets: [SECRET],
    inbox,
    billing: { resolveTenant: async () => ({ status: "tenant", tenantId: "acme" }), forTenant: () => ({}) },
    on: { "customer.updated": async () => undefined },
  });
  const headers = { "stripe-signature": header };
  const request = new Request("https://app.example.com/webhooks", { method: "POST", headers, body });
  const { status } = await receiver.fetch(request);
  if (status !== 200) throw new Error(`The delivery was answered ${status}.`);
  console.log(performance.now());
}
