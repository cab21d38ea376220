#!/usr/bin/env bash
# Guess: a customer's language, once chosen, may be given as `locale` to Checkout, to the customer portal and to Elements.
# So:    Stripe's own packages list three sets. The portal takes six regional Englishes that Checkout does not; Checkout
#        takes Hindi, which the portal does not; Norwegian is "nb" for both of them. Elements also takes "no" and "ar",
#        which neither of the two does. The browser's list for hosted Checkout lacks three of the server's.
# Why:   the page that sells is refused with an error for the customer whose portal opens in en-AU, and Elements accepts a
#        setting that fails at the first Checkout session. Keep one setting and map it for each page.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts stripe@23.1.0 @stripe/stripe-js@10.2.1

cat >run.mjs <<'JS'
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

function readUnion(file, name) {
  const text = readFileSync(`node_modules/${file}.d.ts`, "utf8");
  const [, union] = new RegExp(`type ${name}\\s*=([^;]+);`).exec(text);
  return [...union.matchAll(/'([^']+)'/g)].map(([, value]) => value);
}
const checkout = readUnion("stripe/esm/resources/Checkout/Sessions", "Locale");
const portal = readUnion("stripe/esm/resources/BillingPortal/Sessions", "Locale");
const elements = readUnion("@stripe/stripe-js/dist/stripe-js/elements-group", "StripeElementLocale");
const hosted = readUnion("@stripe/stripe-js/dist/stripe-js/hosted-checkout", "CheckoutLocale");

for (const name of ["stripe", "@stripe/stripe-js"]) {
  console.log(name, JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8")).version);
}
function check(claim, these, those, expected) {
  const only = these.filter((locale) => !those.includes(locale)).sort();
  console.log(`  ${claim}: ${only.join(" ")}`);
  assert.deepEqual(only, expected.split(" "));
}
check("the portal's and not Checkout's", portal, checkout, "en-AU en-CA en-IE en-IN en-NZ en-SG");
check("Checkout's and not the portal's", checkout, portal, "hi-IN");
check("Elements' and neither's", elements, [...checkout, ...portal], "ar es-ES fr-FR he it-IT no");
check("Checkout's on the server and not in the browser", checkout, hosted, "hi-IN ko vi");
JS
node run.mjs
