/** Runs the recipes of engines that commit with `tx`, each in a process with the Node that the engine asks for. */
import { execFile } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { findNewerNode } from "@repo/test-kit/other-node";
import { createSchema, describePostgres } from "@repo/test-kit/postgres-schema";
import { postgresUrl } from "@repo/test-kit/servers";
import { build } from "esbuild";
import { test } from "vitest";
import { migrateInbox } from "../../../src/postgres.js";

const REPORT = "REPORT ";
const run = promisify(execFile);

describePostgres("a handler hands on, through its tx, to", () => {
  test.concurrent.for([
    ["DBOS", "dbos", (): string | undefined => process.execPath],
    ["pg-boss", "pg-boss", findNewerNode],
    ["graphile-worker", "graphile-worker", findNewerNode],
  ] as const)(
    "%s, which keeps its promises",
    { timeout: 240_000 },
    async ([_name, engine, findNode], { expect, onTestFinished, skip }) => {
      const node = findNode();
      if (node === undefined) return skip("npm has no newer Node for this platform");
      const [inbox, own] = [await createSchema(), await createSchema()];
      onTestFinished(async () => {
        await inbox.drop();
        await own.drop();
      });
      await migrateInbox(inbox.pool, { schema: inbox.name });
      const settings = { url: postgresUrl(), inboxSchema: inbox.name, schema: own.name };
      const results = await runEngine(node, engine, settings);
      expect(Object.entries(results).filter(([, broken]) => broken !== null)).toEqual([]);
      expect(Object.keys(results)).toHaveLength(7);
    },
  );
});

async function runEngine(
  node: string,
  engine: string,
  settings: object,
): Promise<Readonly<Record<string, string | null>>> {
  const file = join(import.meta.dirname, `.${engine}-${process.pid}.mjs`);
  const contents = `
    import { open } from "./engines/${engine}.js";
    import { beKilled, runPromises } from "./engines/promises.js";
    const settings = { ...${JSON.stringify(settings)}, release: process.argv[2] };
    if (settings.release === "first") await beKilled(open, settings);
    const results = await runPromises(open, settings);
    process.stdout.write("\\n${REPORT}" + JSON.stringify(results) + "\\n", () => process.exit());
  `;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "external",
    write: false,
  });
  try {
    // Beside the engine that it loads.
    await writeFile(file, outputFiles.map(({ text }) => text).join(""));
    const first = await run(node, [file, "first"], { timeout: 110_000 }).catch((error: unknown) => error);
    if (Reflect.get(Object(first), "signal") !== "SIGKILL") throw first;
    const { stdout } = await run(node, [file, "second"], { timeout: 110_000 });
    const report = stdout.split("\n").find((line) => line.startsWith(REPORT)) ?? "";
    return JSON.parse(report.slice(REPORT.length)) as Readonly<Record<string, string | null>>;
  } finally {
    await rm(file, { force: true });
  }
}
