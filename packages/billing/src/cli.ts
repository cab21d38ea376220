#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { run } from "./cli/run.js";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));

// Whoever reads the output may stop reading, as `head` does. That ends the command without a word.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => process.exit());

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  version: String(version),
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
});
