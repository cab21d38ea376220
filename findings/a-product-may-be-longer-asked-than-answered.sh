#!/usr/bin/env bash
# Guess: what Stripe's specification lets a request send, it lets the answer to that request hold: one field, one length.
# So:    for three fields of products and saved queries the request's maxLength is above the answer's, up to twenty times:
#        a product's description may be sent with 40,000 characters, and is said to come back with at most 5,000.
# Why:   a column, a form or a validator that is sized by the schema of the object refuses or cuts what the API has taken;
#        a fake server that is checked against the schema fails for a product that is valid.
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
GOPATH="$work" GOFLAGS=-mod=mod go mod download -json github.com/stripe/stripe-mock@v0.203.0 >module.json

cat >run.mjs <<'JS'
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const { Dir, Version } = JSON.parse(readFileSync("module.json", "utf8"));
const spec = JSON.parse(readFileSync(join(Dir, "embedded/openapi/spec3.json"), "utf8"));
console.log(`stripe-mock ${Version}, specification of ${spec.info.version}`);

const longest = (schema = {}) =>
  Math.max(...[schema, ...(schema.anyOf ?? [])].map(({ maxLength = 0 }) => maxLength));
const found = [];
for (const [path, { post }] of Object.entries(spec.paths)) {
  const sent = post?.requestBody?.content["application/x-www-form-urlencoded"]?.schema.properties ?? {};
  const object = post?.responses["200"]?.content?.["application/json"]?.schema.$ref?.split("/").at(-1);
  const answered = spec.components.schemas[object]?.properties ?? {};
  for (const field of Object.keys(sent)) {
    const [most, told] = [longest(sent[field]), longest(answered[field])];
    if (told > 0 && most > told) found.push(`POST ${path} ${field}: takes ${most}, answers with at most ${told}`);
  }
}
console.log(found.join("\n"));
assert.deepEqual(found, [
  "POST /v1/products description: takes 40000, answers with at most 5000",
  "POST /v1/products url: takes 5000, answers with at most 2048",
  "POST /v1/products/{id} description: takes 40000, answers with at most 5000",
  "POST /v1/sigma/saved_queries/{id} sql: takes 100000, answers with at most 5000",
]);
JS
node run.mjs
