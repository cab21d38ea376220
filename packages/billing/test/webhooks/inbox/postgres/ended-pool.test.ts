import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { createSchema, describePostgres, type Schema } from "@repo/test-kit/postgres-schema";
import { postgresUrl } from "@repo/test-kit/servers";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { migrateInbox } from "../../../../src/postgres.js";

/** What a process does with its inbox before it ends its pool. */
const USES: Readonly<Record<string, string>> = {
  "handled a delivery": "await inbox.process(delivery, done);",
  "stored a delivery": "await inbox.store(delivery);",
  "ended its pool within the work": "await inbox.process(delivery, async () => void pool.end());",
  "waited for what is due":
    "const waiting = inbox.waitForDue({ signal: stop.signal, pollMs: 3_600_000 }); stop.abort(); await waiting;",
};

/** A process that is held ends after the lease and the patience beyond it, 40 seconds. */
const FAR_SOONER_MS = 20_000;

describePostgres("a process that ends its pool", () => {
  let schema: Schema;
  beforeAll(async () => {
    schema = await createSchema();
    await migrateInbox(schema.pool, { schema: schema.name });
  });
  afterAll(() => schema.drop());

  test.each(Object.entries(USES).flatMap(([name, use]) => [1, 4].map((max) => ({ name, use, max }))))(
    "ends after it has $name, with a pool of $max",
    async ({ use, max }) => {
      const child = await start(use, max);
      const timer = setTimeout(() => child.kill("SIGKILL"), FAR_SOONER_MS);
      const [code] = await once(child, "close");
      clearTimeout(timer);
      expect(code).toBe(0);
    },
    2 * FAR_SOONER_MS,
  );

  async function start(use: string, max: number) {
    const contents = `
      import { Pool } from "pg";
      import { postgresInbox } from ${JSON.stringify(fileURLToPath(new URL("../../../../src/postgres.ts", import.meta.url)))};
      const pool = new Pool({ connectionString: ${JSON.stringify(postgresUrl())}, max: ${max} });
      const inbox = postgresInbox({ pool, schema: ${JSON.stringify(schema.name)} });
      const delivery = { key: { eventId: "evt_" + process.pid, livemode: false }, eventType: "customer.created",
        createdAtMs: Date.now(), body: "{}" };
      const done = async () => undefined;
      const stop = new AbortController();
      ${use}
      if (!pool.ending) await pool.end();
    `;
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: import.meta.dirname },
      bundle: true,
      format: "esm",
      platform: "node",
      packages: "external",
      write: false,
    });
    const source = outputFiles.map(({ text }) => text).join("");
    const args = ["--input-type=module", "--eval", source];
    return spawn(process.execPath, args, {
      cwd: import.meta.dirname,
      stdio: ["ignore", "ignore", "inherit"],
    });
  }
});
