#!/usr/bin/env bash
# Guess: `subscriptions.update(id, { discounts: [] })` takes the discounts off, as `discounts` is a list and its types allow
#        an empty one.
# So:    stripe-node sends nothing for an empty list or object of API version 1, and everything stays: form encoding has no
#        empty list. "" or null is what clears. A version 2 method sends JSON, where the list arrives as it is.
# Why:   the call succeeds and returns the subscription, still discounted. A preview with `discounts: []` shows the discounted
#        price as if it were the full one, and a form that clears a product's images or features changes nothing.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts stripe@23.1.0 typescript@6.0.3 @types/node@20.19.43

cat >calls.mts <<'TS'
import type Stripe from "stripe";

export const calls: Record<string, (stripe: Stripe) => Promise<unknown>> = {
  "subscriptions.update, discounts: []": (stripe) => stripe.subscriptions.update("sub_1", { discounts: [] }),
  'subscriptions.update, discounts: ""': (stripe) => stripe.subscriptions.update("sub_1", { discounts: "" }),
  "invoices.createPreview, discounts: []": (stripe) =>
    stripe.invoices.createPreview({ subscription: "sub_1", discounts: [] }),
  "products.update, images: []": (stripe) => stripe.products.update("prod_1", { images: [] }),
  "v2 eventDestinations.update, enabled_events: []": (stripe) =>
    stripe.v2.core.eventDestinations.update("ed_1", { enabled_events: [] }),
};
TS
node_modules/.bin/tsc --strict --module nodenext --target es2022 --types node calls.mts

cat >run.mjs <<'JS'
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import Stripe from "stripe";
import { calls } from "./calls.mjs";

let body;
const server = createServer(async (request, response) => {
  body = "";
  for await (const chunk of request) body += chunk;
  response.setHeader("content-type", "application/json").end('{"id":"x"}');
}).listen(0, "127.0.0.1");
await once(server, "listening");

const { port } = server.address();
const stripe = new Stripe("sk_test_0", { host: "127.0.0.1", port, protocol: "http", telemetry: false });
console.log(`stripe ${Stripe.PACKAGE_VERSION}; all of it compiles under strict`);
const bodies = [];
for (const [name, call] of Object.entries(calls)) {
  await call(stripe);
  bodies.push(body);
  console.log(`  ${name}  sent: ${body === "" ? "nothing" : body}`);
}
assert.deepEqual(bodies, ["", "discounts=", "subscription=sub_1", "", '{"enabled_events":[]}']);
server.close();
JS
node run.mjs
