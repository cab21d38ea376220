import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "@repo/test-kit/run-command";
import { expect, it } from "vitest";
import { writeFiles } from "./application.js";
import { bin, FOLDER } from "./installed.js";
import { readRecipe } from "./recipes.js";

/** Runs the test of `docs/jest.md` with its configuration, on both packages as they are packed. */
export function describeJest(): void {
  it("runs by Jest as the documentation shows", { timeout: 120_000 }, async () => {
    const cwd = join(FOLDER, "jest");
    const report = join(cwd, "report.json");
    const files = [["package.json", '{ "type": "module" }'], ...readRecipe("Set-up", "jest.md")] as const;
    await writeFiles(cwd, files);
    const env = { NODE_OPTIONS: "--experimental-vm-modules" };
    const command = ["-C", cwd, bin("jest"), "--json", `--outputFile=${report}`];
    expect(await run("env", command, { timeoutMs: 100_000, env })).toMatchObject({ ok: true });
    expect(JSON.parse(await readFile(report, "utf8"))).toMatchObject({ success: true, numPassedTests: 1 });
  });
}
