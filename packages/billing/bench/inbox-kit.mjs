/** What the benches of the Postgres inbox share: events of the usual size, and sides that take turns. */
import { randomBytes } from "node:crypto";
import { cpus, loadavg, totalmem } from "node:os";
import { Pool } from "pg";
import { startPostgres } from "./private-postgres.mjs";
import { takeTurns as letTakeTurns, rateOf } from "./turns.mjs";

/** Names, ids and nulls, which Postgres compresses as it does a real event. */
const FIELDS = Array.from({ length: 90 }, (_, n) => [
  `a_field_of_it_${n}`,
  n % 3 === 0 ? randomBytes(10).toString("hex") : n % 3 === 1 ? null : n,
]);
export const OBJECT = Object.fromEntries(FIELDS);
export const BODY = JSON.stringify({ object: "event", data: { object: OBJECT } });

/** Of each side, before it counts: so many are needed until Node has compiled what a process that runs for long has. */
const WARM_UP_CALLS = 2_000;

/** Runs `work` with the server named by `url`, or with one of its own. */
export async function withServer(url, work) {
  const server = url === undefined ? await startPostgres() : { url, stop: async () => {} };
  try {
    await work(server);
  } finally {
    await server.stop();
  }
}

/** Idle connections end with the server, which must not hide why it was stopped. */
export function connect({ url }, max) {
  return new Pool({ connectionString: url, max }).on("error", () => undefined);
}

export async function printMachine(pool) {
  const { rows } = await pool.query(
    `SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync,
      current_setting('synchronous_commit') AS synchronous_commit`,
  );
  const [{ version, fsync, synchronous_commit }] = rows;
  const [cpu] = cpus();
  console.log(
    `${cpus().length} × ${cpu?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, load ${load()}; ` +
      `Node ${process.version}; PostgreSQL ${version}, fsync ${fsync}, synchronous_commit ${synchronous_commit}`,
  );
}

export function load() {
  return loadavg()[0]?.toFixed(1);
}

export function aDelivery(id) {
  return {
    key: { eventId: id, livemode: true },
    eventType: "invoice.paid",
    objectId: `in_${id}`,
    createdAtMs: Date.now(),
    body: BODY,
  };
}

export function nextId() {
  nextId.last = (nextId.last ?? 0) + 1;
  return `evt_1R${String(nextId.last).padStart(22, "0")}`;
}

/** Lets sides take turns, and resolves to their rates, events a second, by name. */
export function takeTurns(sides, { rounds, calls, concurrency, warmUp = WARM_UP_CALLS }) {
  const named = Object.entries(sides).map(([name, call]) => [name, () => call(nextId())]);
  const measure = rateOf({ calls, concurrency });
  return letTakeTurns(Object.fromEntries(named), measure, { rounds, warmUp: Math.ceil(warmUp / calls) });
}

/** Events a second. */
export function round(call, settings) {
  return rateOf(settings)(() => call(nextId()));
}
