#!/usr/bin/env node
import { explainOldNode } from "./assert-node.js";
import { UsageError } from "./cli/usage-error.js";

const refusal = explainOldNode();
if (refusal === undefined) await run();
else fail(refusal, 1);

/** Loads the commands only now, since an older Node may lack what they import. */
async function run(): Promise<void> {
  const [command, ...rest] = process.argv.slice(2);
  try {
    if (command === "advance") await (await import("./cli/advance.js")).advance(rest);
    else await (await import("./cli/serve.js")).serve(process.argv.slice(2));
  } catch (error) {
    if (error instanceof UsageError) fail(`${error.message}.`, 2);
    else if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") {
      fail("the port is taken; name another with --port, or take a free one with --port 0.", 1);
    } else throw error;
  }
}

function fail(message: string, code: number): void {
  process.stderr.write(`local-stripe: ${message}\n`);
  process.exitCode = code;
}
