#!/usr/bin/env node
import { advance } from "./cli/advance.js";
import { serve } from "./cli/serve.js";
import { UsageError } from "./cli/usage-error.js";

const [command, ...rest] = process.argv.slice(2);
try {
  await (command === "advance" ? advance(rest) : serve(process.argv.slice(2)));
} catch (error) {
  if (error instanceof UsageError) fail(error.message, 2);
  else if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") {
    fail("the port is taken; name another with --port, or take a free one with --port 0", 1);
  } else throw error;
}

function fail(message: string, code: number): void {
  process.stderr.write(`local-stripe: ${message}.\n`);
  process.exitCode = code;
}
