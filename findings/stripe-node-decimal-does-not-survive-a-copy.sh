#!/usr/bin/env bash
# Guess: `price.unit_amount_decimal` is the text "12.50" that Stripe sent, and a copied price still holds it.
# So:    since stripe-node 21 it is an object whose text is "12.5". `structuredClone`, v8.serialize and a message to a
#        worker copy it without its class: the copy is NaN in arithmetic, "[object Object]" in text, and JSON.stringify
#        throws on it, since it holds a BigInt. JSON gives the text "12.5" back, so a cached price has another type.
# Why:   caches, queues and workers copy in one of these ways. A comparison with the text from before is false, and a
#        total made of a copied price is NaN without an error.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts stripe-20@npm:stripe@20.4.1 stripe-23@npm:stripe@23.1.0

cat >run.mjs <<'JS'
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import v8 from "node:v8";

const server = createServer((request, response) => {
  request.resume();
  const price = { id: "price_1", object: "price", unit_amount: null, unit_amount_decimal: "12.50" };
  response.setHeader("content-type", "application/json").end(JSON.stringify(price));
}).listen(0, "127.0.0.1");
await once(server, "listening");
const { port } = server.address();

async function read(version) {
  const { default: Stripe } = await import(version);
  const stripe = new Stripe("sk_test_0", { host: "127.0.0.1", port, protocol: "http", telemetry: false });
  const { unit_amount_decimal: decimal } = await stripe.prices.retrieve("price_1");
  console.log(`stripe ${Stripe.PACKAGE_VERSION}: ${typeof decimal}, text "${decimal}", in JSON ${JSON.stringify(decimal)}`);
  return { decimal };
}

const before = await read("stripe-20");
assert.equal(before.decimal, "12.50");
assert.equal(structuredClone(before).decimal * 2, 25);

const now = await read("stripe-23");
assert.equal(typeof now.decimal, "object");
assert.equal(String(now.decimal), "12.5");
assert.equal(now.decimal * 2, 25);
for (const [way, copy] of Object.entries({
  structuredClone: structuredClone(now).decimal,
  "v8.deserialize(v8.serialize())": v8.deserialize(v8.serialize(now)).decimal,
})) {
  console.log(`  ${way}:`, copy, "times two is", copy * 2, "and its text", String(copy));
  assert.ok(Number.isNaN(copy * 2));
  assert.equal(String(copy), "[object Object]");
  assert.throws(() => JSON.stringify(copy), /BigInt/);
}
assert.equal(JSON.parse(JSON.stringify(now)).decimal, "12.5");
server.close();
JS
node run.mjs
