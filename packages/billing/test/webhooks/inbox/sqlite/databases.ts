import { createRequire } from "node:module";
import type { SqliteDatabase } from "../../../../src/webhooks.js";

export interface ClosableDatabase extends SqliteDatabase {
  close(): unknown;
}

export type OpenDatabase = (file: string) => ClosableDatabase;

/** The clients that this Node can load: node:sqlite and better-sqlite3 need Node 22, libsql runs on all. */
export function databaseClients(): ReadonlyMap<string, OpenDatabase> {
  const isNewNode = Number(process.versions.node.split(".")[0]) >= 22;
  const clients = new Map<string, OpenDatabase>([["libsql", open("libsql")]]);
  if (!isNewNode) return clients;
  return clients
    .set("node:sqlite", open("node:sqlite", "DatabaseSync"))
    .set("better-sqlite3", open("better-sqlite3"));
}

/** Loads a client only when it is used: one that was built for a newer Node may end the process. */
function open(specifier: string, name?: string): OpenDatabase {
  return (file) => {
    const loaded: unknown = createRequire(import.meta.url)(specifier);
    const client: unknown = name === undefined ? loaded : Reflect.get(Object(loaded), name);
    if (typeof client !== "function") throw new Error(`${specifier} has no database to open.`);
    // That the clients fit the port is seen by running them.
    return Reflect.construct(client, [file]) as ClosableDatabase;
  };
}
