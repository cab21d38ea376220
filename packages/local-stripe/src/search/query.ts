import { type ApiError, invalid } from "../api-error.js";

export type Operator = ":" | "~" | ">" | "<" | ">=" | "<=";

export interface Clause {
  readonly field: string;
  /** The name in `metadata["name"]`. */
  readonly key?: string;
  readonly operator: Operator;
  /** `null` asks whether the field is absent. */
  readonly value: string | null;
  readonly negated: boolean;
}

export interface Query {
  readonly join: "and" | "or";
  readonly clauses: readonly Clause[];
}

const MAX_CLAUSES = 10;

/** Reads Stripe's search language: clauses joined by AND (or a space) or by OR, never both, without brackets. */
export function parseQuery(text: string): Query {
  const reader = new Reader(text);
  const clauses: Clause[] = [];
  let join: Query["join"] | undefined;
  reader.skipSpace();
  if (reader.isDone) throw reader.refuse("the query is empty");
  for (;;) {
    clauses.push(readClause(reader));
    const spaced = reader.skipSpace();
    if (reader.isDone) break;
    if (!spaced) throw reader.refuse("expected a space between clauses");
    const word = reader.take(/^(AND|OR)(?=\s|$)/i);
    const next = word?.toLowerCase() === "or" ? "or" : "and";
    if (join !== undefined && join !== next)
      throw reader.refuse("AND and OR cannot be combined in one query");
    join = next;
    reader.skipSpace();
    if (reader.isDone) throw reader.refuse("the query ends with a connective");
  }
  if (clauses.length > MAX_CLAUSES) throw reader.refuse(`at most ${MAX_CLAUSES} clauses are allowed`);
  return { join: join ?? "and", clauses };
}

function readClause(reader: Reader): Clause {
  const negated = reader.take(/^-/) !== undefined;
  const field = reader.take(/^[A-Za-z_][A-Za-z0-9_.]*/);
  if (field === undefined) throw reader.refuse("expected a field");
  const key = reader.take(/^\[/) === undefined ? undefined : readKey(reader);
  const operator = reader.take(/^(>=|<=|>|<|:|~)/);
  if (!isOperator(operator)) throw reader.refuse(`expected an operator after ${field}`);
  const value = readValue(reader);
  if (value === null && operator !== ":") throw reader.refuse("null can only be compared with ':'");
  return { field, ...(key !== undefined && { key }), operator, value, negated };
}

function readKey(reader: Reader): string {
  const key = readQuoted(reader);
  if (key === undefined) throw reader.refuse("expected a quoted key in brackets");
  if (reader.take(/^\]/) === undefined) throw reader.refuse("expected a closing bracket");
  return key;
}

function readValue(reader: Reader): string | null {
  const quoted = readQuoted(reader);
  if (quoted !== undefined) return quoted;
  const bare = reader.take(/^(null|-?\d+(\.\d+)?)(?=\s|$)/i);
  if (bare === undefined) throw reader.refuse("expected a value in quotation marks, a number or null");
  return bare.toLowerCase() === "null" ? null : bare;
}

/** Inside quotes a backslash makes the next character plain. */
function readQuoted(reader: Reader): string | undefined {
  const quoted = reader.take(/^("(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*')/);
  return quoted?.slice(1, -1).replace(/\\([\s\S])/g, "$1");
}

function isOperator(text: string | undefined): text is Operator {
  return text !== undefined && [":", "~", ">", "<", ">=", "<="].includes(text);
}

class Reader {
  #rest: string;

  constructor(text: string) {
    this.#rest = text;
  }

  get isDone(): boolean {
    return this.#rest === "";
  }

  take(pattern: RegExp): string | undefined {
    const found = pattern.exec(this.#rest)?.[0];
    if (found !== undefined) this.#rest = this.#rest.slice(found.length);
    return found;
  }

  skipSpace(): boolean {
    return this.take(/^\s+/) !== undefined;
  }

  refuse(why: string): ApiError {
    const place = this.isDone ? "at its end" : `near '${this.#rest.slice(0, 20)}'`;
    return invalid(
      `We were unable to parse your search query: ${why} ${place}. Refer to https://stripe.com/docs/search#search-query-language for more information.`,
      "query",
    );
  }
}
