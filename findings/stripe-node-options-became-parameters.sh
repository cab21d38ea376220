#!/usr/bin/env bash
# Guess: `stripe.balance.retrieve({ stripeAccount })` and `customers.create({ idempotencyKey })` work in stripe-node 22 as
#        they did in 21, which tells an object of options from one of parameters by its keys.
# So:    since 22 the first object is parameters, whatever is in it. The Stripe-Account header is gone and `stripeAccount`
#        stands in the query; the caller's idempotency key stands in the body, and a random one in the header.
# Why:   nothing warns when the code is plain JavaScript. Stripe refuses the unknown parameter; a stub that ignores it lets
#        a platform's tests pass on its own account instead of the connected one, and a retried write is made twice there.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts \
  stripe-21@npm:stripe@21.0.1 stripe-22@npm:stripe@22.6.2 stripe-23@npm:stripe@23.1.0

cat >run.mjs <<'JS'
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";

let sent;
const server = createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  const { "stripe-account": account = "none", "idempotency-key": key = "none" } = request.headers;
  sent = { request: `${request.method} ${request.url}`, account, key, body };
  response.setHeader("content-type", "application/json").end('{"id":"x"}');
}).listen(0, "127.0.0.1");
await once(server, "listening");
const { port } = server.address();

for (const version of ["stripe-21", "stripe-22", "stripe-23"]) {
  const { default: Stripe } = await import(version);
  console.log(`stripe ${Stripe.PACKAGE_VERSION}`);
  const stripe = new Stripe("sk_test_0", { host: "127.0.0.1", port, protocol: "http", telemetry: false });
  const isOld = version === "stripe-21";

  await stripe.balance.retrieve({ stripeAccount: "acct_1" });
  console.log("  balance.retrieve({ stripeAccount })  ", JSON.stringify(sent));
  assert.equal(sent.request, isOld ? "GET /v1/balance" : "GET /v1/balance?stripeAccount=acct_1");
  assert.equal(sent.account, isOld ? "acct_1" : "none");

  await stripe.customers.create({ idempotencyKey: "order-1" });
  console.log("  customers.create({ idempotencyKey }) ", JSON.stringify(sent));
  assert.equal(sent.body, isOld ? "" : "idempotencyKey=order-1");
  assert.equal(sent.key === "order-1", isOld);
}
server.close();
JS
node run.mjs
