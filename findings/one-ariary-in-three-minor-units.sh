#!/usr/bin/env bash
# Guess: libraries of currencies agree on minor units, since all of them follow ISO 4217.
# So:    for the Malagasy ariary (MGA) currency-codes says a hundred to the unit, Dinero.js says five, and Node's Intl says
#        one. It is the only currency in use for which the three differ.
# Why:   Stripe's documentation lists MGA as a zero-decimal currency and charges the number as it comes. A price of 1,000
#        MGA is sent as 100,000, 5,000 or 1,000: a hundred times or five times too much with the first two.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts currency-codes@2.2.0 dinero.js@2.0.2

cat >run.mjs <<'JS'
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import codes from "currency-codes";
import * as currencies from "dinero.js/currencies";

const version = (name) => JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8")).version;
console.log(`currency-codes ${version("currency-codes")}, dinero.js ${version("dinero.js")}, Node ${process.version}`);

const inIntl = (currency) =>
  10 ** new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits;
const rows = codes.data.flatMap(({ code, digits }) => {
  const { base, exponent } = currencies[code] ?? {};
  return base === undefined ? [] : [{ code, units: [10 ** digits, base ** exponent, inIntl(code)] }];
});
const differing = rows.filter(({ units }) => new Set(units).size === 3);
for (const { code, units } of differing) {
  const amounts = units.map((unit) => (1000 * unit).toLocaleString("en"));
  console.log(`  1,000 ${code} in minor units: currency-codes ${amounts[0]}, Dinero.js ${amounts[1]}, Intl ${amounts[2]}`);
}
assert.deepEqual(differing, [{ code: "MGA", units: [100, 5, 1] }]);
JS
node run.mjs
