import process from "node:process";
import { startDemo } from "./demo.js";
import { readSettings } from "./settings.js";

try {
  const demo = await startDemo(readSettings(process.env));
  process.stdout.write(`
  Billing demo

  app     ${demo.url}
  office  ${demo.url}/office, with the password ${demo.operatorPassword}
  stripe  ${demo.stripe}

  Ctrl+C stops it.

`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void demo.close());
} catch (error) {
  process.stderr.write(
    `The demo could not start. ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exitCode = 1;
}
