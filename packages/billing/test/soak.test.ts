import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

/** The hour of `pnpm soak`, in short and without a database: as soon as everything is full, five laps. */
it("leaves memory, handles and timers where they were, whoever calls and whatever is delivered", async () => {
  const soak = resolve(import.meta.dirname, "../bench/soak.mjs");
  const short = [
    "--minutes",
    "0",
    "--loads",
    "tenants,calls,webhooks",
    "--calls",
    "500",
    "--max-events",
    "2000",
  ];
  const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", soak, ...short]);
  expect(stdout).toContain("Nothing grew.");
}, 600_000);
