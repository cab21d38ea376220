/**
 * The Postgres inbox beside @stripe/sync-engine and pg-boss, in turns in one run on one server.
 *
 *   node packages/billing/bench/inbox-rivals.mjs --openapi spec3.json [--url postgres://…] [--at 16] [--rounds 15] [--calls 160]
 *
 * - sync-engine: a signed `customer.updated` is verified and the customer's row is up to date. Ours is verified, claimed,
 *   its customer upserted by a handler through `tx`, and settled, so that it takes effect once.
 * - pg-boss: the handler's write and `send` in one transaction, after which the job is still to be done. Ours is the
 *   handler's write in the inbox's transaction, after which the event is done. And `send` alone in a transaction, beside
 *   an event that is stored.
 *
 * The sync engine, which is no dependency, is installed into a temporary folder at the version below. It makes its tables
 * from Stripe's OpenAPI specification, which it would fetch from GitHub: --openapi names a copy, as stripe-mock has one.
 */
import { execFileSync } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { migrateInbox, postgresInbox } from "@repo/billing/postgres";
import { verifyWebhook } from "@repo/billing/webhooks";
import { PgBoss } from "pg-boss";
import { aDelivery, connect, OBJECT, printMachine, takeTurns, withServer } from "./inbox-kit.mjs";
import { reportRatio } from "./report.mjs";

const SYNC_ENGINE = "@stripe/sync-engine@1.0.32";
const { values: flags } = parseArgs({
  options: {
    url: { type: "string" },
    openapi: { type: "string" },
    at: { type: "string", default: "16" },
    rounds: { type: "string", default: "15" },
    calls: { type: "string", default: "160" },
  },
});
const concurrency = Number(flags.at);
const settings = { rounds: Number(flags.rounds), calls: Number(flags.calls), concurrency, warmUp: 480 };
const SCHEMA = "billing_inbox_bench";
const SECRET = `whsec_${randomUUID().replaceAll("-", "")}`;
const QUEUE = "effects";

await withServer(flags.url, async (server) => {
  const pool = connect(server, concurrency);
  await pool.query(`DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE`);
  await migrateInbox(pool, { schema: SCHEMA });
  await pool.query(`CREATE TABLE ${SCHEMA}.effects (id bigserial PRIMARY KEY, event text NOT NULL)`);
  await pool.query(
    `CREATE TABLE ${SCHEMA}.customers (id text PRIMARY KEY, object jsonb, synced_at timestamptz)`,
  );
  await printMachine(pool);
  console.log(`${flags.rounds} rounds of ${flags.calls} in turns, ${concurrency} at once\n`);
  const inbox = postgresInbox({ pool, schema: SCHEMA });
  await besidePgBoss(server, pool, inbox);
  if (flags.openapi === undefined)
    console.log("sync-engine: left out, since --openapi names no specification");
  else await besideSyncEngine(server, inbox);
  await pool.query(`DROP SCHEMA ${SCHEMA} CASCADE`);
  await pool.end();
});

async function besidePgBoss({ url }, pool, inbox) {
  const boss = new PgBoss({ connectionString: url, schema: "billing_bench_boss", max: 2 });
  boss.on("error", () => undefined);
  await boss.start();
  await boss.createQueue(QUEUE);
  const send = async (id, write) => {
    const client = await pool.connect();
    try {
      const db = { executeSql: (text, values) => client.query(text, values) };
      await client.query("BEGIN");
      await write(client);
      await boss.send(QUEUE, aDelivery(id), { db });
      await client.query("COMMIT");
    } finally {
      client.release();
    }
  };
  const sides = {
    ours: (id) => handle(inbox, aDelivery(id), (tx) => writeEffect(tx, id)),
    theirs: (id) => send(id, (client) => writeEffect(client, id)),
  };
  reportRates("Postgres inbox, a write, of one with pg-boss's send", await takeTurns(sides, settings), 1.5);
  const alone = { ours: (id) => inbox.store(aDelivery(id)), theirs: (id) => send(id, async () => undefined) };
  reportRates("Postgres inbox, stored, of pg-boss's send alone", await takeTurns(alone, settings));
  await boss.stop({ graceful: false });
  await pool.query("DROP SCHEMA billing_bench_boss CASCADE");
}

async function besideSyncEngine({ url }, inbox) {
  const folder = await mkdtemp(join(tmpdir(), "billing-bench-"));
  try {
    const install = ["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"];
    execFileSync("npm", [...install, "--prefix", folder, SYNC_ENGINE], { stdio: "inherit" });
    const { runMigrations, StripeSync } = createRequire(join(folder, "x.js"))("@stripe/sync-engine");
    const silent = { info() {}, warn() {}, error() {} };
    await runMigrations({ databaseUrl: url, openApiSpecPath: flags.openapi, logger: silent });
    const sync = await StripeSync.create({
      stripeSecretKey: "sk_test_bench",
      stripeAccountId: "acct_bench",
      stripeWebhookSecret: SECRET,
      poolConfig: { connectionString: url, max: concurrency },
      logger: silent,
    });
    // A pool that ends with the server must not hide why.
    sync.postgresClient.pool.on("error", () => undefined);
    const theirs = (id) => {
      const { body, header } = signedEvent(id);
      return sync.webhook.processWebhook(body, header);
    };
    const ours = async (id) => {
      const { body, header } = signedEvent(id);
      const event = verifyWebhook(body, header, SECRET);
      const customer = event.data.object;
      const delivery = { ...aDelivery(id), objectId: customer.id, body: body.toString() };
      await handle(inbox, delivery, (tx) => upsertCustomer(tx, customer));
    };
    const measured = await takeTurns({ ours, theirs }, settings);
    reportRates("Postgres inbox, a customer upserted, of @stripe/sync-engine", measured, 8);
    await sync.postgresClient.pool.end();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function handle(inbox, delivery, write) {
  const { status } = await inbox.process(delivery, ({ tx }) => write(tx));
  if (status !== "handled") throw new Error(`The inbox answered ${status}.`);
}

function writeEffect(client, id) {
  return client.query(`INSERT INTO ${SCHEMA}.effects (event) VALUES ($1)`, [id]);
}

function upsertCustomer(client, customer) {
  return client.query(
    `INSERT INTO ${SCHEMA}.customers (id, object, synced_at) VALUES ($1, $2::text::jsonb, now())
      ON CONFLICT (id) DO UPDATE SET object = excluded.object, synced_at = excluded.synced_at`,
    [customer.id, JSON.stringify(customer)],
  );
}

function signedEvent(id) {
  const created = Math.floor(Date.now() / 1_000);
  const object = {
    id: `cus_${id}`,
    object: "customer",
    email: "jenny@example.com",
    created,
    livemode: false,
  };
  const event = { id, object: "event", type: "customer.updated", api_version: "2026-08-26.dahlia", created };
  const content = { ...event, livemode: false, data: { object: { ...OBJECT, ...object } } };
  const body = Buffer.from(JSON.stringify(content));
  const signature = createHmac("sha256", SECRET).update(`${created}.`).update(body).digest("hex");
  return { body, header: `t=${created},v1=${signature}` };
}

function reportRates(what, { ours, theirs }, atLeast) {
  reportRatio(what, ours, theirs, { unit: " events a second", atLeast });
}
