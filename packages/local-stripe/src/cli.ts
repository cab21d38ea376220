#!/usr/bin/env node
import { parseArgs } from "node:util";
import { startLocalStripe } from "./local-stripe.js";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "4243" },
    key: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help) {
  process.stdout.write("local-stripe [--port 4243] [--key sk_test_…]\n");
} else {
  const local = await startLocalStripe({
    port: Number(values.port),
    ...(values.key !== undefined && { secretKey: values.key }),
  });
  // Before it says that it is there: whoever reads that may end it at once.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void local.close());
  process.stdout.write(`local-stripe listens on ${local.url}\nsecret key: ${local.secretKey}\n`);
}
