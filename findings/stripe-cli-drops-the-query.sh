#!/usr/bin/env bash
# Guess: `stripe get "/v1/subscriptions?customer=cus_1"` asks for one customer's subscriptions, as the same path does in curl.
# So:    the Stripe CLI drops the query of a path in GET and DELETE without a word, and keeps it in POST. Only parameters
#        given by -d arrive.
# Why:   a filter that is dropped gives the first page of all customers with exit code 0: a script that reconciles,
#        exports or cancels what it finds then works on everybody's. A DELETE loses `prorate` and `invoice_now` likewise.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @stripe/cli@1.52.0

cat >run.mjs <<'JS'
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { promisify } from "node:util";

const sent = [];
const server = createServer((request, response) => {
  sent.push(`${request.method} ${request.url}`);
  request.resume();
  response.setHeader("content-type", "application/json").end('{"object":"list","data":[]}');
}).listen(0, "127.0.0.1");
await once(server, "listening");

async function stripe(...args) {
  const api = ["--api-base", `http://127.0.0.1:${server.address().port}`, "--api-key", "sk_test_0123456789abcdef"];
  const env = { ...process.env, HOME: process.cwd(), STRIPE_CLI_TELEMETRY_OPTOUT: "1" };
  await promisify(execFile)("node_modules/.bin/stripe", [...args, ...api], { env });
  const request = sent.pop();
  console.log(`stripe ${args.join(" ")}\n  sent: ${request}`);
  return request;
}

console.log(`@stripe/cli ${JSON.parse(readFileSync("node_modules/@stripe/cli/package.json", "utf8")).version}`);
assert.equal(await stripe("get", "/v1/subscriptions?customer=cus_1"), "GET /v1/subscriptions");
assert.equal(await stripe("get", "/v1/subscriptions", "-d", "customer=cus_1"), "GET /v1/subscriptions?customer=cus_1");
assert.equal(
  await stripe("delete", "/v1/subscriptions/sub_1?prorate=true", "--confirm"),
  "DELETE /v1/subscriptions/sub_1",
);
assert.equal(
  await stripe("delete", "/v1/subscriptions/sub_1", "-d", "prorate=true", "--confirm"),
  "DELETE /v1/subscriptions/sub_1?prorate=true",
);
assert.equal(
  await stripe("post", "/v1/customers/cus_1?description=x"),
  "POST /v1/customers/cus_1?description=x",
);
server.close();
JS
node run.mjs
