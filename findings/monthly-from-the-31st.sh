#!/usr/bin/env bash
# Guess: the monthly dates from 31 January are the same from PostgreSQL's generate_series and from a recurrence rule, and
#        are the last days of the months, as Stripe bills them.
# So:    generate_series adds the month to the date before, so that February pulls every later one to the 28th; the rule
#        (RRULE, FREQ=MONTHLY) leaves out each month that has no 31st; only `start + n * interval '1 month'` gives Stripe's
#        dates.
# Why:   a table of expected invoices, a revenue schedule or a reminder made with the first two is off by up to three days
#        or misses five bills a year, and only for customers who signed up on the 29th to the 31st.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @electric-sql/pglite@0.5.17 rrule@2.8.1

cat >run.mjs <<'JS'
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { PGlite } from "@electric-sql/pglite";
import rrule from "rrule";

const version = (name) => JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8")).version;
const db = new PGlite();
const select = async (date, from) =>
  (await db.query(`select to_char(${date}, 'MM-DD') as date from ${from}`)).rows.map((row) => row.date).join(" ");
const [{ server_version }] = (await db.query("show server_version")).rows;
console.log(`PostgreSQL ${server_version}, rrule ${version("rrule")}`);

const series = await select("d", "generate_series(timestamp '2027-01-31', '2027-06-30', interval '1 month') as d");
const product = await select("timestamp '2027-01-31' + n * interval '1 month'", "generate_series(0, 5) as n");
const { RRule } = rrule;
const rule = new RRule({ freq: RRule.MONTHLY, dtstart: new Date(Date.UTC(2027, 0, 31)), count: 6 });
const recurrence = rule.all().map((date) => date.toISOString().slice(5, 10)).join(" ");

console.log(`  generate_series:                  ${series}`);
console.log(`  RRULE FREQ=MONTHLY:               ${recurrence}`);
console.log(`  start + n * interval '1 month':   ${product}`);
assert.equal(series, "01-31 02-28 03-28 04-28 05-28 06-28");
assert.equal(recurrence, "01-31 03-31 05-31 07-31 08-31 10-31");
assert.equal(product, "01-31 02-28 03-31 04-30 05-31 06-30");
await db.close();
JS
node run.mjs
