#!/usr/bin/env bash
# Guess: a library that imports "node:timers/promises" and is built by tsup still does so, and runs on Cloudflare's workerd
#        wherever Node's modules are allowed (`nodejs_compat`).
# So:    tsup takes the prefix off ("timers/promises"), and workerd knows Node's modules without it only from the
#        compatibility date 2024-09-23 on. Before, it looks for a file beside the importing one and does not start.
# Why:   the source is right, the tests on Node pass, and the built package fails in the workers of applications that keep an
#        older date. `removeNodeProtocol: false` in tsup's configuration keeps the prefix.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund tsup@8.5.1 typescript@5.9.3 workerd@1.20261117.1

cat >library.ts <<'TS'
import { setTimeout as wait } from "node:timers/promises";
export const text = () => wait(1, "waited");
TS
cat >worker.mjs <<'JS'
import { text } from "./library.mjs";
export default { fetch: async () => new Response(await text()) };
JS

cat >run.mjs <<'JS'
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";

const version = (name) => JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8")).version;
console.log(`tsup ${version("tsup")}, workerd ${version("workerd")}`);

function build(settings) {
  const config = { entry: ["library.ts"], format: ["esm"], outDir: ".", silent: true, ...settings };
  writeFileSync("tsup.config.js", `module.exports = ${JSON.stringify(config)};`);
  execFileSync("node_modules/.bin/tsup", { stdio: "inherit" });
  return /from "(.*)"/.exec(readFileSync("library.mjs", "utf8"))[1];
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

/** The worker's answer, or why workerd did not start it. */
async function ask(date) {
  const port = await freePort();
  writeFileSync(
    "config.capnp",
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]
);
const worker :Workerd.Worker = (
  modules = [
    (name = "worker.mjs", esModule = embed "worker.mjs"),
    (name = "library.mjs", esModule = embed "library.mjs")
  ],
  compatibilityDate = "${date}",
  compatibilityFlags = ["nodejs_compat"]
);`,
  );
  const workerd = spawn("node_modules/.bin/workerd", ["serve", "config.capnp"], { stdio: ["ignore", "ignore", "pipe"] });
  const closed = once(workerd, "close");
  let said = "";
  workerd.stderr.on("data", (text) => (said += text));
  try {
    for (let waits = 0; waits < 100; waits++) {
      const refusal = /No such module "[^"]+"/.exec(said);
      if (refusal !== null) return refusal[0];
      const answer = await fetch(`http://127.0.0.1:${port}/`).then((response) => response.text(), () => "");
      if (answer !== "") return answer;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`workerd neither answered nor refused: ${said}`);
  } finally {
    workerd.kill("SIGKILL");
    await closed;
  }
}

const seen = [];
for (const settings of [{}, { removeNodeProtocol: false }]) {
  const imported = build(settings);
  for (const date of ["2024-09-22", "2024-09-23"]) {
    const answer = await ask(date);
    seen.push(`${imported}, ${date}: ${answer}`);
    console.log(`  built with ${JSON.stringify(settings)} imports "${imported}"; dated ${date}: ${answer}`);
  }
}
assert.deepEqual(seen, [
  'timers/promises, 2024-09-22: No such module "timers/promises"',
  "timers/promises, 2024-09-23: waited",
  "node:timers/promises, 2024-09-22: waited",
  "node:timers/promises, 2024-09-23: waited",
]);
JS
node run.mjs
