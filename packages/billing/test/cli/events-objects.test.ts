import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { rows, world } from "./own-objects.js";
import { runCli } from "./run-cli.js";

const moduleAt = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const reconcile = (...args: readonly string[]) =>
  runCli({}, ["events", "reconcile", "--objects", "--config", moduleAt("./own-objects.ts"), ...args]);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "billing-objects-"));
});
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => rows.clear());

describe("billing events reconcile --objects", () => {
  it("hands what differs to the handlers, subscriptions and entitlements, and leaves no cursor when it has ended", async () => {
    const cursor = join(folder, "cursor");
    const { code, out } = await reconcile("--cursor", cursor);
    expect(out).toBe(
      "1 subscriptions compared, 1 recovered, 0 to be tried again.\n" +
        "1 customers' entitlements compared, 1 recovered, 0 to be tried again.\n",
    );
    expect(code).toBe(0);
    expect(rows.size).toBe(2);
    expect(await readdir(folder)).toEqual([]);
    expect(JSON.parse((await reconcile("--json")).out)).toEqual({
      subscriptions: { listed: 1, recovered: 0, unsettled: 0, dead: 0 },
      entitlements: { listed: 1, recovered: 0, unsettled: 0, dead: 0 },
    });
  });

  it("goes on where a run was stopped", async () => {
    const cursor = join(folder, "stopped");
    await writeFile(
      `${cursor}.subscriptions`,
      '{"fromSeconds":1800000000,"types":"subscriptions","passed":1,"lastPassed":" subscriptions","pages":{}}',
    );
    expect((await reconcile("--cursor", cursor)).out).toContain("0 subscriptions compared");
    expect((await reconcile("--cursor", cursor)).out).toContain("1 subscriptions compared");
  });

  it.each([
    [["--since", "1h"], "--objects compares what is so now"],
    [["--until", "1h"], "--objects compares what is so now"],
    [["--rate", "0"], "--rate must be a whole number"],
  ])("refuses %j", async (args, says) => {
    const { code, err } = await reconcile(...args);
    expect(err).toContain(says);
    expect(code).toBe(2);
  });

  it("refuses a module that can compare nothing", async () => {
    const config = moduleAt("./own-webhooks.ts");
    const { code, err } = await runCli({}, ["events", "reconcile", "--objects", "--config", config]);
    expect(err).toContain('--objects needs a module that exports "findOutdated"');
    expect(code).toBe(2);
  });
});
