import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BuiltPackage, buildPackage } from "../built-package.js";

const TRICKLING = join(import.meta.dirname, "trickling-webhooks.mjs");

let built: BuiltPackage;
beforeAll(async () => {
  built = await buildPackage();
});
afterAll(() => built.remove());

/** Runs the command, whose output nobody reads beyond the first line, and resolves to its exit code. */
async function runWithHead(args: readonly string[]): Promise<unknown> {
  const command = spawn(process.execPath, [built.cli, ...args]);
  command.stdout.destroy();
  command.stderr.once("data", () => command.stderr.destroy());
  const [code] = await once(command, "exit");
  return code;
}

describe("a command whose output is not read to its end", () => {
  it("has not finished where it was at work, and says so by its exit code", async () => {
    expect(await runWithHead(["events", "requeue", "--config", TRICKLING, "--all"])).toBe(3);
  });

  it("keeps the exit code of what it has done", async () => {
    expect(await runWithHead(["events", "list", "--config", TRICKLING])).toBe(1);
    expect(await runWithHead(["inbox", "migrate", "--print"])).toBe(0);
  });
});
