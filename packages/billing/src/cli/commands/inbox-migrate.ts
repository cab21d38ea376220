import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { ConnectedClient, ConnectingPool } from "../../webhooks/inbox/postgres/database.js";
import { migrateInbox } from "../../webhooks/inbox/postgres/migrate.js";
import { createSchema, DEFAULT_SCHEMA, inboxMigrations } from "../../webhooks/inbox/postgres/migrations.js";
import { type Command, defineCommand } from "../command.js";
import { EXIT } from "../exit-codes.js";
import { UsageError } from "../usage-error.js";

/** Creates the tables of the Postgres inbox. */
export const inboxMigrate: Command = defineCommand({
  name: "inbox migrate",
  summary: "creates the tables of the Postgres inbox, or prints their SQL",
  details:
    "It may be run again, and by several processes at once. With --url it uses the pg of the application in the current\n" +
    "folder. Without, it prints what to put into the application's own migrations.",
  options: {
    url: { value: "<url>", help: "the database, such as postgres://user@host/name" },
    print: { help: "print the SQL, and change nothing" },
    schema: { value: "<name>", help: `the schema of the tables (default ${DEFAULT_SCHEMA})` },
  },
  run: async ({ url, print, schema = DEFAULT_SCHEMA }, terminal) => {
    if (print === (url !== undefined)) throw new UsageError("Either --url <url> or --print is needed.");
    if (url === undefined) {
      terminal.out(formatSql(schema));
      return EXIT.ok;
    }
    // Of anything else pg makes a host that nobody named.
    if (!/^(?:postgres(?:ql)?|socket):|^\//.test(url)) {
      throw new UsageError("--url must be a URL such as postgres://user@host/name.");
    }
    const pool = await openPool(url);
    try {
      const { from, to } = await migrateInbox(pool, { schema });
      const done =
        from === to ? `is up to date, at version ${to}` : `was brought from version ${from} to ${to}`;
      terminal.out(`The webhook inbox in schema ${schema} ${done}.\n`);
      return EXIT.ok;
    } finally {
      await pool.end();
    }
  },
});

function formatSql(schema: string): string {
  const statements = [
    createSchema(schema),
    ...inboxMigrations(schema).flatMap((migration) => migration.statements),
  ];
  return `BEGIN;\n${statements.map((statement) => `${statement};\n`).join("")}COMMIT;\n`;
}

interface EndingPool extends ConnectingPool<ConnectedClient> {
  end(): Promise<void>;
}

/** Loads pg as the application does, since this package does not depend on it. */
async function openPool(connectionString: string): Promise<EndingPool> {
  const { Pool } = await loadPg();
  return new Pool({ connectionString, max: 1 });
}

interface Pg {
  readonly Pool: new (config: { readonly connectionString: string; readonly max: number }) => EndingPool;
}

async function loadPg(): Promise<Pg> {
  let path: string;
  try {
    path = createRequire(join(process.cwd(), "package.json")).resolve("pg");
  } catch {
    throw new UsageError("--url needs the package pg in the current folder. Install it, or use --print.");
  }
  const { default: pg } = (await import(pathToFileURL(path).href)) as { readonly default: Pg }; // as pg is documented
  return pg;
}
