/**
 * The Postgres inbox with many rows: with millions of settled events beside an empty table, while it claims and settles for
 * long, and while it works off a backlog.
 *
 *   node packages/billing/bench/inbox-at-size.mjs [--parts settled,soak,backlog] [--url postgres://…] [--at 16]
 *     [--settled 10000000] [--rounds 31] [--calls 320] [--soak-minutes 60] [--backlog 1000000]
 *
 * Rows are made in the database, and stay until the end: ten million settled events take about 2.5 GB.
 */
import { parseArgs } from "node:util";
import { migrateInbox, postgresInbox } from "@repo/billing/postgres";
import { aDelivery, BODY, connect, load, printMachine, round, takeTurns, withServer } from "./inbox-kit.mjs";
import { quartiles, reportRatio } from "./report.mjs";

const { values: flags } = parseArgs({
  options: {
    parts: { type: "string", default: "settled,soak,backlog" },
    url: { type: "string" },
    at: { type: "string", default: "16" },
    settled: { type: "string", default: "10000000" },
    rounds: { type: "string", default: "31" },
    calls: { type: "string", default: "320" },
    "soak-minutes": { type: "string", default: "60" },
    backlog: { type: "string", default: "1000000" },
  },
});
const concurrency = Number(flags.at);
const MIB = 2 ** 20;
/** Within a tenth. */
const SAME = { atLeast: 0.9, unit: " events a second" };
const PARTS = { settled: besideSettled, soak, backlog: workOffBacklog };

await withServer(flags.url, async (server) => {
  const pool = connect(server, 1);
  await printMachine(pool);
  for (const part of flags.parts.split(",")) {
    console.log(`\n${part}`);
    await PARTS[part](server, pool);
  }
  await pool.end();
});

/** Handled and stored with so many settled events, in turns with the same in tables that begin empty. */
async function besideSettled(server, pool) {
  const [empty, full] = [
    await openInbox(server, "billing_bench_empty"),
    await openInbox(server, "billing_bench_full"),
  ];
  await pool.query(
    `INSERT INTO ${full.schema}.handled (id, handled_at)
      SELECT 'live::evt_1Q' || lpad(n::text, 22, '0'), now() - (1 - n / $1::float) * interval '34 days'
      FROM generate_series(1, $1::bigint) n`,
    [flags.settled],
  );
  await pool.query(
    `INSERT INTO ${full.schema}.objects (object_hash, newest_at_ms)
      SELECT hashtextextended('live::in_1Q' || n, 0), extract(epoch FROM now()) * 1000 FROM generate_series(1, $1::bigint) n`,
    [Number(flags.settled) / 5],
  );
  await pool.query(`VACUUM ANALYZE ${full.schema}.handled, ${full.schema}.objects`);
  await pool.query("CHECKPOINT");
  const sizes = await readSizes(pool, full.schema);
  console.log(`${Number(flags.settled).toLocaleString("en")} settled events; ${sizes}`);
  const settings = { rounds: Number(flags.rounds), calls: Number(flags.calls), concurrency };
  for (const [what, call] of [
    ["handled", "handle"],
    ["stored", "store"],
  ]) {
    const rates = await takeTurns({ full: full[call], empty: empty[call] }, settings);
    const events = `${Number(flags.settled).toLocaleString("en")} settled events`;
    reportRatio(`Postgres inbox, ${what}, with ${events}, of empty tables`, rates.full, rates.empty, SAME);
  }
  await drop(pool, [empty, full]);
}

/**
 * Stores, takes up and handles without a pause, in turns with an inbox in fresh tables, whose rate shows what else the
 * machine did meanwhile.
 */
async function soak(server, pool) {
  const inbox = await openInbox(server, "billing_bench_soak");
  const endsAtMs = performance.now() + Number(flags["soak-minutes"]) * 60_000;
  const everyMs = (Number(flags["soak-minutes"]) * 60_000) / 10;
  const calls = Number(flags.calls);
  let events = 0;
  let last;
  for (let times = 1; performance.now() < endsAtMs; times += 1) {
    const untilMs = Math.min(endsAtMs, performance.now() + everyMs);
    while (performance.now() < untilMs) {
      await round(inbox.store, { calls, concurrency });
      await round(inbox.work, { calls, concurrency });
      await round(inbox.handle, { calls, concurrency });
      events += 2 * calls;
    }
    const fresh = await openInbox(server, "billing_bench_fresh");
    const sides = { used: inbox.handle, fresh: fresh.handle };
    last = await takeTurns(sides, { rounds: 11, calls, concurrency, warmUp: 0 });
    events += 11 * calls;
    await drop(pool, [fresh]);
    const ratios = last.used.map((rate, at) => rate / last.fresh[at]);
    const [low, middle, high] = quartiles(ratios).map((ratio) => ratio.toFixed(2));
    console.log(
      `${String(times).padStart(2)}: ${events.toLocaleString("en").padStart(9)} events; handled at ${middle} of fresh tables ` +
        `(half of the rounds ${low} to ${high}); ${await readSizes(pool, inbox.schema)}; load ${load()}`,
    );
  }
  await drop(pool, [inbox]);
  const what = `Postgres inbox, handled, after ${flags["soak-minutes"]} minutes of work, of fresh tables`;
  reportRatio(what, last.used, last.fresh, SAME);
}

/** Works off events that wait, and shows this process's memory and the rate at each tenth. */
async function workOffBacklog(server, pool) {
  const inbox = await openInbox(server, "billing_bench_backlog");
  const total = Number(flags.backlog);
  await pool.query(
    `INSERT INTO ${inbox.schema}.pending (id, event_type, object, created_at_ms, body, due_at)
      SELECT 'live::evt_1W' || lpad(n::text, 22, '0'), 'invoice.paid', 'live::in_1W' || n, extract(epoch FROM now()) * 1000,
        $2, now() - interval '1 hour' + n * interval '1 millisecond'
      FROM generate_series(1, $1::bigint) n`,
    [total, BODY],
  );
  await pool.query(`VACUUM ANALYZE ${inbox.schema}.pending`);
  console.log(`${total.toLocaleString("en")} waiting; ${await readSizes(pool, inbox.schema)}`);
  const heaps = [];
  for (let tenth = 1; tenth <= 10; tenth += 1) {
    const rate = await round(inbox.work, { calls: Math.floor(total / 10), concurrency });
    globalThis.gc?.();
    const { rss, heapUsed } = process.memoryUsage();
    heaps.push(heapUsed / MIB);
    console.log(
      `${tenth * 10} %: ${Math.round(rate).toLocaleString("en")} a second, rss ${Math.round(rss / MIB)} MiB, heap ` +
        `${Math.round(heapUsed / MIB)} MiB; ${await readSizes(pool, inbox.schema)}; load ${load()}`,
    );
  }
  const { held, waiting, dead } = await inbox.readStats();
  console.log(`left: ${held} held, ${waiting} waiting, ${dead} dead`);
  await drop(pool, [inbox]);
  const what = `heap once ${total.toLocaleString("en")} waiting events are worked off, of that after a tenth`;
  reportRatio(what, [heaps.at(-1)], [heaps[0]], { atMost: 1.1, unit: " MiB" });
}

async function openInbox(server, schema) {
  const pool = connect(server, concurrency);
  await pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  await migrateInbox(pool, { schema });
  await pool.query(`CREATE TABLE ${schema}.effects (id bigserial PRIMARY KEY, event text NOT NULL)`);
  const inbox = postgresInbox({ pool, schema });
  const write = ({ tx, key }) => tx.query(`INSERT INTO ${schema}.effects (event) VALUES ($1)`, [key.eventId]);
  return {
    schema,
    end: () => pool.end(),
    readStats: () => inbox.readStats(),
    handle: async (id) => {
      expect("handled", await inbox.process(aDelivery(id), write));
    },
    store: async (id) => {
      expect("stored", await inbox.store(aDelivery(id)));
    },
    work: async () => {
      expect("handled", (await inbox.processNext(write))?.result);
    },
  };
}

function expect(status, result) {
  if (result?.status !== status) throw new Error(`The inbox answered ${result?.status}, not ${status}.`);
}

async function readSizes(pool, schema) {
  const { rows } = await pool.query(
    `SELECT relname AS name, round(pg_total_relation_size(c.oid) / 1048576.0) AS mib FROM pg_class c
      WHERE relnamespace = $1::regnamespace AND relname IN ('pending', 'handled', 'objects') ORDER BY relname`,
    [schema],
  );
  return rows.map(({ name, mib }) => `${name} ${mib} MiB`).join(", ");
}

async function drop(pool, inboxes) {
  for (const { schema, end } of inboxes) {
    await end();
    await pool.query(`DROP SCHEMA ${schema} CASCADE`);
  }
}
