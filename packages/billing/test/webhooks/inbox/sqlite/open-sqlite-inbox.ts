import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OpenInbox, StoreFaults, TransactionProbe } from "../../../../src/testing/index.js";
import {
  type DurableInbox,
  type SqliteDatabase,
  type SqliteInboxOptions,
  type SqliteTx,
  sqliteInbox,
} from "../../../../src/webhooks.js";
import type { ClosableDatabase, OpenDatabase } from "./databases.js";

/** All that the contract asks of a test, and what these tests know of the store beside that. */
export interface OpenSqliteInbox extends OpenInbox {
  readonly inbox: DurableInbox<SqliteTx<SqliteDatabase>>;
  readonly peer: DurableInbox<SqliteTx<SqliteDatabase>>;
  readonly file: string;
  readonly passTime: (ms: number) => void;
  readonly effects: TransactionProbe;
  readonly close: () => void;
  /** A connection beside those of the inboxes. */
  readonly database: ClosableDatabase;
}

export type MakeInbox = (
  options: SqliteInboxOptions<SqliteDatabase>,
) => DurableInbox<SqliteTx<SqliteDatabase>>;

/** A new file with the inboxes of two processes, and all that the contract asks of a test. */
export function openSqliteInbox(
  open: OpenDatabase,
  options: Omit<SqliteInboxOptions<SqliteDatabase>, "database">,
  make: MakeInbox = sqliteInbox,
): OpenSqliteInbox {
  const folder = mkdtempSync(join(tmpdir(), "billing-sqlite-"));
  const databases: ClosableDatabase[] = [];
  const file = join(folder, "inbox.db");
  const connect = () => {
    const database = open(file);
    databases.push(database);
    return database;
  };
  const faulty = faultyDatabase(connect());
  const inbox = make({ ...options, database: faulty.database });
  const peer = make({ ...options, database: connect() });
  const database = connect();
  database.exec("CREATE TABLE effects (name TEXT NOT NULL)");
  return {
    inbox,
    peer,
    file,
    database,
    faults: faulty,
    expireClaims: () => {
      database.exec(
        "UPDATE billing_inbox_open SET lease_ends_at_ms = 0, due_at_ms = 0 WHERE token IS NOT NULL",
      );
    },
    passTime: (ms) => {
      database.exec(`
        UPDATE billing_inbox_open SET due_at_ms = due_at_ms - ${ms}, lease_ends_at_ms = max(0, lease_ends_at_ms - ${ms});
        UPDATE billing_inbox_open SET died_at_ms = died_at_ms - ${ms};
        UPDATE billing_inbox_handled SET forget_at_ms = forget_at_ms - ${ms};
        UPDATE billing_inbox_newest SET created_at_ms = created_at_ms - ${ms};`);
    },
    reopen: () => make({ ...options, database: connect() }),
    effects: {
      write: (tx, name) => {
        // The contract hands on whatever the inbox gave to the work.
        const { write } = tx as SqliteTx<SqliteDatabase>;
        write((connection) => void connection.prepare("INSERT INTO effects (name) VALUES (?)").run(name));
      },
      count: (name) => {
        const row = database.prepare("SELECT count(*) AS n FROM effects WHERE name = ?").get(name);
        return Number(Reflect.get(Object(row), "n"));
      },
    },
    close: () => {
      for (const one of databases) one.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A connection whose next commit can be made to fail, before or after it took effect. */
function faultyDatabase(database: SqliteDatabase): StoreFaults & { readonly database: SqliteDatabase } {
  let next: "before" | "after" | undefined;
  return {
    failNextWrite: () => {
      next = "before";
    },
    loseNextAnswer: () => {
      next = "after";
    },
    database: {
      prepare: (sql) => database.prepare(sql),
      exec: (sql) => {
        const fault = sql === "COMMIT" ? next : undefined;
        if (fault === undefined) return database.exec(sql);
        next = undefined;
        if (fault === "after") database.exec(sql);
        throw new Error("disk I/O error");
      },
    },
  };
}
