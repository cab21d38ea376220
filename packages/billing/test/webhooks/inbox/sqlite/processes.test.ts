import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, onTestFinished, test } from "vitest";
import { deliveryOf } from "../delivery-of.js";
import { databaseClients } from "./databases.js";
import { openSqliteInbox } from "./open-sqlite-inbox.js";

test("two processes work off one file, and what a killed one held is done once", async () => {
  const [openDatabase] = databaseClients().values();
  if (openDatabase === undefined) throw new Error("no client for SQLite");
  const { inbox, database, file, close } = openSqliteInbox(openDatabase, {});
  onTestFinished(close);
  const ids = Array.from({ length: 60 }, (_, index) => `evt_${index}`);
  for (const id of ids) await inbox.store(deliveryOf(id, { data: { object: { id: `sub_${id}` } } }));

  const worker = await bundleWorker(file);
  const [killed, other] = [startNode(worker), startNode(worker)];
  await once(killed.stdout, "data");
  killed.kill("SIGKILL");
  const [code] = await once(other, "close");

  expect(code).toBe(0);
  const effects = database.prepare("SELECT name, count(*) AS n FROM effects GROUP BY name").all();
  expect(effects).toHaveLength(ids.length);
  expect(effects.every((row) => Reflect.get(Object(row), "n") === 1)).toBe(true);
  expect(await inbox.readStats()).toEqual({ held: 0, waiting: 0, dead: 0 });
});

/** A module that works until nothing is left, and reports each delivery that it has begun. */
async function bundleWorker(file: string): Promise<string> {
  const webhooks = fileURLToPath(new URL("../../../../src/webhooks.ts", import.meta.url));
  const contents = `
    import Database from "libsql";
    import { sqliteInbox } from ${JSON.stringify(webhooks)};
    const inbox = sqliteInbox({ database: new Database(${JSON.stringify(file)}), leaseSeconds: 0.3 });
    const work = async ({ key, tx }) => {
      console.log(key.eventId);
      tx.write((database) => database.prepare("INSERT INTO effects (name) VALUES (?)").run(key.eventId));
      await new Promise((resolve) => setTimeout(resolve, 5));
    };
    const isDone = async () => {
      const { held, waiting } = await inbox.readStats();
      return held + waiting === 0;
    };
    const signal = new AbortController().signal;
    while (!(await isDone())) {
      if ((await inbox.processNext(work)) === undefined) await inbox.waitForDue({ signal, pollMs: 1000 });
    }
  `;
  const stdin = { contents, resolveDir: import.meta.dirname };
  const { outputFiles } = await build({
    stdin,
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "external",
    write: false,
  });
  return outputFiles.map(({ text }) => text).join("");
}

function startNode(source: string) {
  const args = ["--input-type=module", "--eval", source];
  return spawn(process.execPath, args, { cwd: import.meta.dirname, stdio: ["ignore", "pipe", "inherit"] });
}
