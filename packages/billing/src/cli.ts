#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { explainOldNode } from "./assert-node.js";
import { EXIT, type ExitCode } from "./cli/exit-codes.js";

// Whoever reads the output may stop reading, as `head` does. That ends the command without a word, and what was not done yet
// is left undone.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", () => process.exit(process.exitCode ?? EXIT.failed));
}

const refusal = explainOldNode();
process.exitCode = refusal === undefined ? await runCommand() : refuse(refusal);

function refuse(reason: string): ExitCode {
  process.stderr.write(`${reason}\n`);
  return EXIT.failed;
}

/** Loads the commands only now, since an older Node may lack what they import. */
async function runCommand(): Promise<ExitCode> {
  const [{ run }, { printWarnings }] = await Promise.all([
    import("./cli/run.js"),
    import("./cli/print-warnings.js"),
  ]);
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  const terminal = {
    env: process.env,
    version: String(version),
    out: (text: string) => process.stdout.write(text),
    err: (text: string) => process.stderr.write(text),
  };
  printWarnings(process, terminal);
  return run(process.argv.slice(2), terminal);
}
