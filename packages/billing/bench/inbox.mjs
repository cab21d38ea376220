/**
 * What the Postgres inbox costs against doing the same by hand, as ratios measured in one run on one server. Both sides
 * take turns in short rounds, each first in every other round, so that whatever else the machine does falls on both.
 *
 *   node packages/billing/bench/inbox.mjs [--url postgres://…] [--at 1,16,64] [--rounds 15] [--calls 320] [--settled 0]
 *
 * Without --url it starts a server of its own. --settled fills the table of handled events first.
 */
import { randomBytes } from "node:crypto";
import { cpus, loadavg, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { migrateInbox, postgresInbox } from "@repo/billing/postgres";
import { Pool } from "pg";
import { startPostgres } from "./private-postgres.mjs";

const { values: flags } = parseArgs({
  options: {
    url: { type: "string" },
    at: { type: "string", default: "1,16,64" },
    rounds: { type: "string", default: "15" },
    calls: { type: "string", default: "320" },
    settled: { type: "string", default: "0" },
  },
});
const ROUNDS = Number(flags.rounds);
const CALLS = Number(flags.calls);
/** Of each side, before it counts: so many are needed until Node has compiled what a process that runs for long has. */
const WARM_UP_CALLS = 2_000;
const SCHEMA = "billing_inbox_bench";
/** An event of the usual size, of names, ids and nulls, which Postgres compresses as it does a real one. */
const FIELDS = Array.from({ length: 90 }, (_, n) => [
  `a_field_of_it_${n}`,
  n % 3 === 0 ? randomBytes(10).toString("hex") : n % 3 === 1 ? null : n,
]);
const BODY = JSON.stringify({ object: "event", data: { object: Object.fromEntries(FIELDS) } });

const server = flags.url === undefined ? await startPostgres() : { url: flags.url, stop: async () => {} };
try {
  const admin = connect(1);
  await createTables(admin);
  await printMachine(admin);
  for (const concurrency of flags.at.split(",").map(Number)) await compare(concurrency);
  await admin.query(`DROP SCHEMA ${SCHEMA} CASCADE`);
  await admin.end();
} finally {
  await server.stop();
}

/** Idle connections end with the server, which must not hide why it was stopped. */
function connect(max) {
  return new Pool({ connectionString: server.url, max }).on("error", () => undefined);
}

async function createTables(pool) {
  await pool.query(`DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE`);
  await migrateInbox(pool, { schema: SCHEMA });
  await pool.query(`CREATE TABLE ${SCHEMA}.effects (id bigserial PRIMARY KEY, event text NOT NULL)`);
  await pool.query(`CREATE TABLE ${SCHEMA}.marks (
    id text PRIMARY KEY, event_type text NOT NULL, body text, arrived_at timestamptz NOT NULL DEFAULT now(),
    handled_at timestamptz)`);
  await pool.query(
    `INSERT INTO ${SCHEMA}.handled (id) SELECT 'live::evt_settled_' || n FROM generate_series(1, $1::bigint) n`,
    [flags.settled],
  );
  await pool.query(`VACUUM ANALYZE ${SCHEMA}.handled`);
}

async function printMachine(pool) {
  const { rows } = await pool.query(
    `SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync,
      current_setting('synchronous_commit') AS synchronous_commit`,
  );
  const [{ version, fsync, synchronous_commit }] = rows;
  const [cpu] = cpus();
  console.log(
    `${cpus().length} × ${cpu?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, load ${loadavg()[0]?.toFixed(1)}; ` +
      `Node ${process.version}; PostgreSQL ${version}, fsync ${fsync}, synchronous_commit ${synchronous_commit}`,
  );
  console.log(`${ROUNDS} rounds of ${CALLS} in turns; ${flags.settled} settled events before\n`);
}

async function compare(concurrency) {
  const pool = connect(concurrency);
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
    { what: "handled", budget: 0.75, ours: handledByInbox, bare: (id) => handleByHand(pool, id) },
    { what: "stored", budget: 0.9, ours: storedByInbox, bare: (id) => insertMark(pool, id) },
  ];
  for (const side of sides) {
    print(concurrency, side, await measure(side, concurrency));
    await pool.query(`TRUNCATE ${SCHEMA}.pending, ${SCHEMA}.marks, ${SCHEMA}.effects`);
  }
  await pool.end();
}

/** The same three writes in a bare transaction: a mark for the event, the effect, and the mark's settling. */
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

function aDelivery(id) {
  return {
    key: { eventId: id, livemode: true },
    eventType: "invoice.paid",
    objectId: `in_${id}`,
    createdAtMs: Date.now(),
    body: BODY,
  };
}

async function measure({ ours, bare }, concurrency) {
  const warmUps = Math.ceil(WARM_UP_CALLS / CALLS);
  for (let i = 0; i < warmUps; i += 1) for (const call of [ours, bare]) await round(call, concurrency);
  const rates = { ours: [], bare: [] };
  for (let i = 0; i < ROUNDS; i += 1) {
    const order = i % 2 === 0 ? ["ours", "bare"] : ["bare", "ours"];
    for (const name of order) rates[name].push(await round(name === "ours" ? ours : bare, concurrency));
  }
  return rates;
}

/** Events a second. */
async function round(call, concurrency) {
  const startedAt = performance.now();
  let left = CALLS;
  const worker = async () => {
    while (left-- > 0) await call(nextId());
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return (CALLS / (performance.now() - startedAt)) * 1_000;
}

function nextId() {
  nextId.last = (nextId.last ?? 0) + 1;
  return `evt_1R${String(nextId.last).padStart(22, "0")}`;
}

function print(concurrency, { what, budget }, { ours, bare }) {
  const [low, middle, high] = quartiles(ours.map((rate, at) => rate / bare[at]));
  const rate = (values) => Math.round(quartiles(values)[1]).toLocaleString("en");
  console.log(
    `${what.padEnd(7)} at ${String(concurrency).padStart(2)} at once: ${middle.toFixed(2)} of bare ` +
      `(half of the rounds ${low.toFixed(2)} to ${high.toFixed(2)}; goal ${budget} at 16); ` +
      `${rate(ours)} against ${rate(bare)} a second`,
  );
}

function quartiles(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return [0.25, 0.5, 0.75].map((part) => sorted[Math.floor((sorted.length - 1) * part)]);
}
