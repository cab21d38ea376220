/**
 * What the Postgres inbox costs against doing the same by hand, as ratios measured in one run on one server. Both sides
 * take turns in short rounds, each first in every other round, so that whatever else the machine does falls on both.
 *
 *   node packages/billing/bench/inbox.mjs [--url postgres://…] [--at 1,16,64] [--rounds 15] [--calls 320]
 *
 * Without --url it starts a server of its own. inbox-at-size.mjs measures it with many rows, inbox-rivals.mjs beside
 * other libraries.
 */
import { parseArgs } from "node:util";
import { migrateInbox, postgresInbox } from "@repo/billing/postgres";
import { aDelivery, BODY, connect, printMachine, takeTurns, withServer } from "./inbox-kit.mjs";
import { reportRatio } from "./report.mjs";

const { values: flags } = parseArgs({
  options: {
    url: { type: "string" },
    at: { type: "string", default: "1,16,64" },
    rounds: { type: "string", default: "15" },
    calls: { type: "string", default: "320" },
  },
});
const SCHEMA = "billing_inbox_bench";

await withServer(flags.url, async (server) => {
  const admin = connect(server, 1);
  await createTables(admin);
  await printMachine(admin);
  console.log(`${flags.rounds} rounds of ${flags.calls} in turns\n`);
  for (const concurrency of flags.at.split(",").map(Number)) await compare(server, concurrency);
  await admin.query(`DROP SCHEMA ${SCHEMA} CASCADE`);
  await admin.end();
});

async function createTables(pool) {
  await pool.query(`DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE`);
  await migrateInbox(pool, { schema: SCHEMA });
  await pool.query(`CREATE TABLE ${SCHEMA}.effects (id bigserial PRIMARY KEY, event text NOT NULL)`);
  await pool.query(`CREATE TABLE ${SCHEMA}.marks (
    id text PRIMARY KEY, event_type text NOT NULL, body text, arrived_at timestamptz NOT NULL DEFAULT now(),
    handled_at timestamptz)`);
}

async function compare(server, concurrency) {
  const pool = connect(server, concurrency);
  const inbox = postgresInbox({ pool, schema: SCHEMA });
  const handledByInbox = async (id) => {
    const { status } = await inbox.process(aDelivery(id), ({ tx }) => writeEffect(tx, id));
    if (status !== "handled") throw new Error(`The inbox answered ${status}.`);
  };
  const storedByInbox = async (id) => {
    const { status } = await inbox.store(aDelivery(id));
    if (status !== "stored") throw new Error(`The inbox answered ${status}.`);
  };
  const sides = [
    { what: "handled", goal: 0.75, ours: handledByInbox, bare: (id) => handleByHand(pool, id) },
    { what: "stored", goal: 0.9, ours: storedByInbox, bare: (id) => insertMark(pool, id) },
  ];
  const settings = { rounds: Number(flags.rounds), calls: Number(flags.calls), concurrency };
  for (const { what, goal, ours, bare } of sides) {
    const measured = await takeTurns({ ours, bare }, settings);
    // The goal is one at 16 at once.
    const budget = concurrency === 16 ? { atLeast: goal } : {};
    const name = `Postgres inbox, ${what}, ${concurrency} at once, of the same by hand`;
    reportRatio(name, measured.ours, measured.bare, { unit: " events a second", ...budget });
    await pool.query(`TRUNCATE ${SCHEMA}.pending, ${SCHEMA}.marks, ${SCHEMA}.effects`);
  }
  await pool.end();
}

/** Does three writes in a bare transaction: a mark for the event, the effect, and the mark's settling. */
async function handleByHand(pool, id) {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    await insertMark(client, id);
    await writeEffect(client, id);
    await client.query(`UPDATE ${SCHEMA}.marks SET handled_at = now(), body = NULL WHERE id = $1`, [id]);
    await client.query("COMMIT");
  } finally {
    client.release();
  }
}

function insertMark(client, id) {
  return client.query(
    `INSERT INTO ${SCHEMA}.marks (id, event_type, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
    [id, "invoice.paid", BODY],
  );
}

function writeEffect(client, id) {
  return client.query(`INSERT INTO ${SCHEMA}.effects (event) VALUES ($1)`, [id]);
}
