#!/usr/bin/env bash
# Guess: `shipping_address_collection.allowed_countries` of Stripe Checkout takes every ISO 3166 country code except those
#        under sanctions.
# So:    it also lacks eleven that are under none, among them American Samoa, the Northern Mariana Islands
#        and the U.S. Virgin Islands, where people pay in U.S. dollars. It has three that ISO's list has not: Ascension
#        (AC), Tristan da Cunha (TA) and "ZZ" for unknown.
# Why:   a list of "all countries" from an ISO library is refused as a whole for one such code, and an address that comes
#        back with AC, TA or ZZ has no name in that library.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts stripe@23.1.0 i18n-iso-countries@7.14.0

cat >run.mjs <<'JS'
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import countries from "i18n-iso-countries";

const types = readFileSync("node_modules/stripe/esm/resources/Checkout/Sessions.d.ts", "utf8");
const [, union] = /type AllowedCountry = ([^;]+);/.exec(types);
const allowed = [...union.matchAll(/'([A-Z]{2})'/g)].map(([, code]) => code);
const iso = Object.keys(countries.getAlpha2Codes());
const lacking = iso.filter((code) => !allowed.includes(code)).sort();
const added = allowed.filter((code) => !iso.includes(code)).sort();

for (const name of ["stripe", "i18n-iso-countries"]) {
  console.log(name, JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8")).version);
}
console.log(`  ISO's and not Checkout's: ${lacking.join(" ")}`);
console.log(`  Checkout's and not ISO's: ${added.join(" ")}`);
console.log(`  named by the library: ${added.map((code) => countries.getName(code, "en") ?? `${code}: nothing`).join(", ")}`);
assert.deepEqual(lacking, "AS CC CU CX FM HM IR KP MH MP NF PW SY UM VI".split(" "));
assert.deepEqual(added, ["AC", "TA", "ZZ"]);
assert.ok(added.every((code) => countries.getName(code, "en") === undefined));
JS
node run.mjs
