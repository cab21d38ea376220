/** Runs the contract in a Node that has `node:sqlite`, and on which better-sqlite3 runs. */
import { execFile } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { findNewerNode } from "@repo/test-kit/other-node";
import { build } from "esbuild";
import { expect, test } from "vitest";

interface Report {
  readonly kept: readonly string[];
  readonly broken: Readonly<Record<string, string>>;
}

const CONTRACT = `
  import { inboxContract } from "../../../../src/testing/index.js";
  import { databaseClients } from "./databases.js";
  import { openSqliteInbox } from "./open-sqlite-inbox.js";

  const report = { kept: [], broken: {} };
  for (const [client, openDatabase] of databaseClients()) {
    const flags = { leased: true, durable: true, wakes: true, transactional: true, faults: true };
    for (const { name, run } of inboxContract({ ...flags, open: (settings) => openSqliteInbox(openDatabase, settings) })) {
      const title = client + ": " + name;
      await run().then(() => report.kept.push(title), (error) => (report.broken[title] = String(error)));
    }
  }
  console.log(JSON.stringify(report));
`;

test("node:sqlite and better-sqlite3 keep the contract, on Node 24", { timeout: 120_000 }, async ({
  skip,
}) => {
  const node = findNewerNode();
  if (node === undefined) return skip("npm has no newer Node for this platform");
  const { kept, broken } = await runContract(node);
  expect(broken).toEqual({});
  const clients = new Set(kept.map((title) => title.split(": ")[0]));
  expect(clients).toEqual(new Set(["libsql", "node:sqlite", "better-sqlite3"]));
});

async function runContract(node: string): Promise<Report> {
  const file = join(import.meta.dirname, `.contract-${process.pid}.mjs`);
  const { outputFiles } = await build({
    stdin: { contents: CONTRACT, resolveDir: import.meta.dirname },
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "external",
    write: false,
  });
  try {
    // Beside the clients that it loads.
    await writeFile(file, outputFiles.map(({ text }) => text).join(""));
    const { stdout } = await promisify(execFile)(node, [file]);
    // The bundle writes nothing else.
    return JSON.parse(stdout) as Report;
  } finally {
    await rm(file, { force: true });
  }
}
