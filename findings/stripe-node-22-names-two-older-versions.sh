#!/usr/bin/env bash
# Guess: a client of stripe-node says which version it is (`Stripe.PACKAGE_VERSION`, `client.VERSION`), so that a library can
#        tell what it may ask of it.
# So:    stripe 22.0.0 says 21.0.1 to who requires it and 20.4.1 to who imports it, and sends the same in its User-Agent. Both
#        are behind what it does: it takes timeouts and retries for a single rawRequest, which 21 passes over. 22.0.1 says 22.0.1.
# Why:   a check such as "22 or newer" refuses a client that has all it needs, and Stripe's own request log shows an SDK that is
#        not installed. Its package.json alone tells, and the SDK does not export that.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts stripe@22.0.0 next@npm:stripe@22.0.1 before@npm:stripe@21.0.0

cat >run.mjs <<'JS'
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const agents = [];
const server = createServer((request, response) => {
  agents.push(request.headers["user-agent"]);
  request.resume();
  response.writeHead(503, { "content-type": "application/json" }).end('{"error":{"message":"busy"}}');
}).listen(0, "127.0.0.1");
await once(server, "listening");

/** What it calls itself in code and on the wire, and how often it sends a request that is to be sent once. */
async function look(Stripe) {
  const { port } = server.address();
  const stripe = new Stripe("sk_test_0", { host: "127.0.0.1", port, protocol: "http", telemetry: false });
  agents.length = 0;
  await stripe.rawRequest("GET", "/v1/customers/cus_1", undefined, { maxNetworkRetries: 0 }).catch(() => {});
  return { says: stripe.VERSION, agent: agents[0].split("/").at(-1), sent: agents.length };
}

const seen = {};
for (const [name, version] of [["before", "21.0.0"], ["stripe", "22.0.0"], ["next", "22.0.1"]]) {
  seen[`${version}, required`] = await look(require(name));
  seen[`${version}, imported`] = await look((await import(name)).default);
}
console.table(seen);
assert.deepEqual(seen, {
  "21.0.0, required": { says: "21.0.0", agent: "21.0.0", sent: 3 },
  "21.0.0, imported": { says: "21.0.0", agent: "21.0.0", sent: 3 },
  "22.0.0, required": { says: "21.0.1", agent: "21.0.1", sent: 1 },
  "22.0.0, imported": { says: "20.4.1", agent: "20.4.1", sent: 1 },
  "22.0.1, required": { says: "22.0.1", agent: "22.0.1", sent: 1 },
  "22.0.1, imported": { says: "22.0.1", agent: "22.0.1", sent: 1 },
});
server.close();
server.closeAllConnections();
JS
node run.mjs
