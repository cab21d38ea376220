#!/usr/bin/env bash
# Guess: WHERE id = $1 AND claim = $2 finds its row by the primary key, whatever else is indexed.
# So:    a queue's table that many rows have passed through has a worn primary key, and a partial index of the few rows at
#        work (WHERE claim IS NOT NULL) looks cheaper. An equality implies the predicate, so Postgres reads that index from
#        end to end; a function keeps this plan when the index has grown, and reads every row at work for one.
# Why:   fencing, settling and giving back a job are slower the more jobs are at work or were since the last vacuum. A
#        condition that implies nothing, such as coalesce(claim = $2, false), leaves the primary key alone to choose.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
npm install --silent --no-fund --no-audit @electric-sql/pglite@0.5.17

cat >run.mjs <<'JS'
import assert from "node:assert/strict";
import { PGlite } from "@electric-sql/pglite";

const db = new PGlite();
const [{ version }] = (await db.query("SELECT current_setting('server_version') AS version")).rows;
console.log(`PGlite 0.5.17, PostgreSQL ${version}`);

const setUp = [
  "CREATE TABLE jobs (id text PRIMARY KEY, about text, claim uuid)",
  "CREATE UNIQUE INDEX jobs_at_work ON jobs (about) WHERE claim IS NOT NULL",
  "INSERT INTO jobs (id, about) SELECT lpad(n::text, 28, '0'), 'cus_' || n FROM generate_series(1, 20000) n",
  "DELETE FROM jobs WHERE id > lpad('20', 28, '0')",
  "VACUUM ANALYZE jobs",
];
for (const [name, condition] of [
  ["by_equality", "j.claim = of_claim"],
  ["by_coalesce", "coalesce(j.claim = of_claim, false)"],
]) {
  setUp.push(`CREATE FUNCTION ${name}(of_id text, of_claim uuid) RETURNS text LANGUAGE plpgsql SET enable_seqscan = off
    AS $$ BEGIN RETURN (SELECT j.about FROM jobs j WHERE j.id = of_id AND ${condition}); END $$`);
}
for (const statement of setUp) await db.query(statement);

async function rowsRead(name) {
  return db.transaction(async (tx) => {
    const count = async () =>
      (await tx.query("SELECT idx_tup_fetch::int AS read FROM pg_stat_xact_user_tables WHERE relname = 'jobs'")).rows[0].read;
    const before = await count();
    await tx.query(`SELECT ${name}(lpad('1', 28, '0'), gen_random_uuid())`);
    return (await count()) - before;
  });
}

const read = {};
for (const name of ["by_equality", "by_coalesce"]) {
  // After five calls the function keeps one plan.
  for (let call = 0; call < 10; call += 1) await rowsRead(name);
}
await db.query(`INSERT INTO jobs SELECT lpad(n::text, 28, '0'), 'cus_' || n, gen_random_uuid()
  FROM generate_series(100001, 105000) n`);
for (const name of ["by_equality", "by_coalesce"]) read[name] = await rowsRead(name);
console.log("rows read for one, with 5,000 at work:", read);
assert.deepEqual(read, { by_equality: 5000, by_coalesce: 1 });
JS
node run.mjs
