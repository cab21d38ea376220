import { ConfigurationError } from "../../../errors.js";
import type { Query } from "./database.js";
import { NEWEST_VERSION } from "./migrations.js";
import { findSqlState } from "./sqlstate.js";

/** Makes a check of the tables' version that looks once, and again after it failed. */
export function tableVersionCheck(query: Query, schema: string, statement: string): () => Promise<void> {
  let checked: Promise<void> | undefined;
  return () => {
    checked ??= check(query, schema, statement).catch((error: unknown) => {
      checked = undefined;
      throw error;
    });
    return checked;
  };
}

async function check(query: Query, schema: string, statement: string): Promise<void> {
  const found = await readVersion(query, statement);
  if (found >= NEWEST_VERSION) return;
  const state =
    found === 0 ? "has no tables" : `has tables of version ${found}, and ${NEWEST_VERSION} is needed`;
  throw new ConfigurationError(
    `The webhook inbox ${state} in the schema "${schema}". Run \`billing inbox migrate\`, or migrateInbox, first.`,
  );
}

/** Reads 0 where there are no tables. */
async function readVersion(query: Query, statement: string): Promise<number> {
  try {
    const [row] = (await query(statement)).rows;
    return Number(row?.["version"] ?? 0);
  } catch (error) {
    if (MISSING.has(findSqlState(error) ?? "")) return 0;
    throw error;
  }
}

/** No such table, no such schema. */
const MISSING: ReadonlySet<string> = new Set(["42P01", "3F000"]);
