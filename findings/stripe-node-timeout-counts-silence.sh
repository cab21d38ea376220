#!/usr/bin/env bash
# Guess: `timeout: 1000` of stripe-node ends a request after a second.
# So:    on Node it ends a request after a second of silence. An answer that trickles in, a few bytes every 300 ms, is
#        waited for as long as it takes. With the SDK's fetch client, the one that Bun, Deno and workers get, the same
#        setting bounds the whole request.
# Why:   a route or webhook handler that relies on it outlives its own deadline (and its platform's) while Stripe or a proxy
#        is slow, and behaves otherwise on another runtime. A deadline for the call needs a timer of one's own.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts stripe@23.1.0

cat >run.mjs <<'JS'
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import Stripe from "stripe";

const server = createServer(async (request, response) => {
  request.resume();
  response.writeHead(200, { "content-type": "application/json" });
  for (const piece of '{"id":"cus_1","object":"customer"}'.match(/.{1,4}/g)) {
    response.write(piece);
    await sleep(300);
  }
  response.end();
}).listen(0, "127.0.0.1");
await once(server, "listening");

async function retrieve(httpClient) {
  const { port } = server.address();
  const config = { host: "127.0.0.1", port, protocol: "http", telemetry: false, maxNetworkRetries: 0, timeout: 1000 };
  const startedAt = performance.now();
  const outcome = await new Stripe("sk_test_0", { ...config, httpClient }).customers.retrieve("cus_1").then(
    ({ id }) => id,
    (error) => error.type,
  );
  return { outcome, seconds: (performance.now() - startedAt) / 1000 };
}

console.log(`stripe ${Stripe.PACKAGE_VERSION}, Node ${process.version}, timeout: 1000`);
const http = await retrieve(Stripe.createNodeHttpClient());
console.log(`  node:http client: ${http.outcome} after ${http.seconds.toFixed(1)} s`);
assert.equal(http.outcome, "cus_1");
assert.ok(http.seconds > 2);
const fetched = await retrieve(Stripe.createFetchHttpClient());
console.log(`  fetch client: ${fetched.outcome} after ${fetched.seconds.toFixed(1)} s`);
assert.equal(fetched.outcome, "StripeConnectionError");
assert.ok(fetched.seconds < 2);
server.close();
server.closeAllConnections();
JS
node run.mjs
