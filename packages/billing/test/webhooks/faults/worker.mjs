/**
 * One of an application's processes, with the package as it is built: receives what the test delivers to it as Stripe
 * does, and takes up what is due. Its handler writes one effect through `tx`; nothing but the inbox keeps that from
 * happening twice. The journal is written before the handler goes on, so that no kill takes a line of it away.
 */
import { createHmac } from "node:crypto";
import { openSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { postgresInbox } from "@repo/billing/postgres";
import { createWebhookReceiver } from "@repo/billing/webhooks";
import { Pool } from "pg";
import { dieAt, diesInHandler } from "./failpoints.mjs";
import { flawedInbox } from "./flawed-inbox.mjs";

const SECRET = "whsec_9Hq3rT7vXk2LmN5pW8yB4cD6fG1jZ0aS";
const { url, schema, journal, respond, leaseSeconds, handlerMs, failpoint, flaws } = JSON.parse(
  process.argv[2] ?? "{}",
);

const journalFile = openSync(journal, "a");
// Found in pg_stat_activity by this name.
const pool = new Pool({ connectionString: url, max: 6, application_name: schema });
pool.on("error", () => undefined);
const reached = dieAt(failpoint);
const store = reached(pool);

const webhooks = createWebhookReceiver({
  signingSecrets: [SECRET],
  billing: { resolveTenant: async () => ({ status: "tenant", tenantId: "acme" }), forTenant: () => ({}) },
  inbox: flaws
    ? flawedInbox(store, { schema, leaseSeconds, flaws })
    : postgresInbox({ pool: store, schema, leaseSeconds, objectWaitSeconds: 0.5, maxAttempts: 1_000_000 }),
  respond,
  objects: "delivered",
  logger: { warn: () => undefined },
  on: { "customer.subscription.updated": handle },
});

async function handle({ id }, { tx, attempt }) {
  writeSync(journalFile, `${id} ${attempt}\n`);
  diesInHandler(failpoint, "handler began");
  // Half of the time is before the effect and half after it.
  await sleep((Math.random() * handlerMs) / 2);
  await tx.query(`INSERT INTO "${schema}".effects (id, attempt) VALUES ($1, $2)`, [id, attempt]);
  diesInHandler(failpoint, "effect was written");
  await sleep((Math.random() * handlerMs) / 2);
}

process.on("message", async ({ number, body }) => {
  const timestamp = Math.floor(Date.now() / 1000);
  const signature = createHmac("sha256", SECRET).update(`${timestamp}.${body}`).digest("hex");
  const { status } = await webhooks.receive(body, `t=${timestamp},v1=${signature}`);
  process.send?.({ number, status });
});

const stop = new AbortController();
process.on("disconnect", () => process.exit());
process.send?.({ ready: true });
await webhooks.work({ concurrency: 4, signal: stop.signal });
