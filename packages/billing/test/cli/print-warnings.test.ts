import { execFile } from "node:child_process";
import { EventEmitter } from "node:events";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { printWarnings } from "../../src/cli/print-warnings.js";
import { type BuiltPackage, buildPackage } from "../built-package.js";

let built: BuiltPackage;
beforeAll(async () => {
  built = await buildPackage();
});
afterAll(() => built.remove());

/** Runs the command with a receiver that has no logger, whose handler fails. */
async function reconcile(env: Record<string, string> = {}): Promise<{ code: unknown; stderr: unknown }> {
  const args = ["events", "reconcile", "--since", "1h", "--config"];
  const config = join(import.meta.dirname, "failing-webhooks.mjs");
  const webhooks = built.indexUrl.replace(/index\.js$/, "webhooks.js");
  return promisify(execFile)(process.execPath, [built.cli, ...args, config], {
    env: { ...process.env, BILLING_WEBHOOKS: webhooks, ...env },
  }).then(
    () => expect.unreachable("an event that failed is left"),
    (error: unknown) => error as { code: unknown; stderr: unknown },
  );
}

describe("a warning during a command", () => {
  it("tells why a handler failed, without a stack and with secrets cut out", async () => {
    const { code, stderr } = await reconcile();
    expect(code).toBe(1);
    expect(stderr).toContain(
      "BillingWarning: Webhook customer.subscription.updated (evt_1) failed on attempt 1; Stripe will deliver it again. " +
        "Error: sk_live_… was refused by postgres://app:…@db/app\n",
    );
    expect(stderr).not.toContain("failing-webhooks.mjs");
    expect(stderr).not.toMatch(/^ +at /m);
    expect(stderr).not.toMatch(/0123456789abcdef|hunter2/);
  });

  it("is not printed where Node was told not to", async () => {
    expect((await reconcile({ NODE_NO_WARNINGS: "1" })).stderr).toBe("");
  });

  it("of Node's own is one line", () => {
    const process = new EventEmitter().on("warning", () => expect.unreachable());
    const printed: string[] = [];
    const terminal = { env: {}, version: "1.2.3", out: () => {}, err: (text: string) => printed.push(text) };
    printWarnings(process, terminal);
    const warning = new Error("SQLite is experimental");
    warning.name = "ExperimentalWarning";
    process.emit("warning", warning);
    expect(printed).toEqual(["ExperimentalWarning: SQLite is experimental\n"]);
  });
});
