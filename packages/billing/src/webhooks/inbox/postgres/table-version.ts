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
  const { version: found, encoding } = await readTables(query, statement);
  if (encoding !== undefined && !ENCODINGS.has(encoding)) {
    throw new ConfigurationError(
      `The webhook inbox is in a database with the encoding ${encoding}, which lacks characters of some events. Use one with UTF8.`,
    );
  }
  if (found >= NEWEST_VERSION) return;
  const state =
    found === 0 ? "has no tables" : `has tables of version ${found}, and ${NEWEST_VERSION} is needed`;
  throw new ConfigurationError(
    `The webhook inbox ${state} in the schema "${schema}". Run \`billing inbox migrate\`, or migrateInbox, first.`,
  );
}

interface Tables {
  /** 0 where there are none. */
  readonly version: number;
  readonly encoding?: string;
}

async function readTables(query: Query, statement: string): Promise<Tables> {
  try {
    const [row] = (await query(statement)).rows;
    return { version: Number(row?.["version"] ?? 0), encoding: String(row?.["encoding"]) };
  } catch (error) {
    if (MISSING.has(findSqlState(error) ?? "")) return { version: 0 };
    throw error;
  }
}

/** Those that keep any character. SQL_ASCII keeps bytes as they come. */
const ENCODINGS: ReadonlySet<string> = new Set(["UTF8", "SQL_ASCII"]);

/** No such table, no such schema. */
const MISSING: ReadonlySet<string> = new Set(["42P01", "3F000"]);
