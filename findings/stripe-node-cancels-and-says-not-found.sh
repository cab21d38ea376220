#!/usr/bin/env bash
# Guess: with `maxNetworkRetries: 0`, stripe-node sends a request once; and a 404 for a cancellation means that there was no
#        subscription to cancel.
# So:    a connection that closes before the answer has it sent again at once, also with 0, and a DELETE carries no
#        idempotency key. If the first one was carried out, the second finds nothing: the caller is told "not found" of
#        the subscription that this very call has canceled.
# Why:   code that takes that 404 for a wrong id leaves access open, or cancels something else. Read the subscription again
#        before believing it; a test with retries turned off does not show it.
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
import Stripe from "stripe";

const subscriptions = new Set(["sub_1"]);
const received = [];
const server = createServer((request, response) => {
  request.resume();
  const { method, url, headers } = request;
  received.push(`${method} ${url}, idempotency key: ${headers["idempotency-key"] ?? "none"}`);
  const id = url.split("/").pop();
  if (subscriptions.delete(id)) {
    request.socket.destroy(); // carried out, and then the connection is gone
    return;
  }
  const error = { type: "invalid_request_error", code: "resource_missing", message: `No such subscription: '${id}'` };
  response.writeHead(404, { "content-type": "application/json" }).end(JSON.stringify({ error }));
}).listen(0, "127.0.0.1");
await once(server, "listening");

const { port } = server.address();
const config = { host: "127.0.0.1", port, protocol: "http", telemetry: false, maxNetworkRetries: 0 };
const error = await new Stripe("sk_test_0", config).subscriptions.cancel("sub_1").catch((error) => error);
console.log(`stripe ${Stripe.PACKAGE_VERSION}, Node ${process.version}, maxNetworkRetries: 0`);
for (const line of received) console.log(`  received: ${line}`);
console.log(`  the caller is told: ${error.statusCode} ${error.code}; the subscription is ${subscriptions.has("sub_1") ? "there" : "gone"}`);
assert.deepEqual(received, Array(2).fill("DELETE /v1/subscriptions/sub_1, idempotency key: none"));
assert.equal(error.code, "resource_missing");
server.close();
server.closeAllConnections();
JS
node run.mjs
