import { postgresInbox } from "@repo/billing/postgres";
import { Pool } from "pg";
import { dieAtStatements } from "./failpoints.mjs";
import { flawedInbox } from "./flawed-inbox.mjs";
import { runWorker, toLeased } from "./worker.mjs";

await runWorker((settings) => {
  const { url, name, concurrency, leaseSeconds, failpoint, flaws } = settings;
  // Found in pg_stat_activity by this name.
  const pool = new Pool({ connectionString: url, max: concurrency + 2, application_name: name });
  pool.on("error", () => undefined);
  const store = dieAtStatements(pool, failpoint);
  return {
    inbox: flaws
      ? flawedInbox(store, { schema: name, leaseSeconds, flaws })
      : postgresInbox({ pool: store, schema: name, ...toLeased(settings) }),
    write: (tx, id, attempt) =>
      tx.query(`INSERT INTO "${name}".effects (id, attempt) VALUES ($1, $2)`, [id, attempt]),
  };
});
