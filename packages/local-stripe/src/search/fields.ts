import { type ApiError, invalid } from "../api-error.js";
import type { Entity } from "../store/records/records.js";
import type { Clause, Query } from "./query.js";

/**
 * A field that a search can use. Tokens and metadata are compared as a whole, text word by word, numbers by size; `~`
 * searches for a part of a token or of text. `of` reads the field from an object, and gives `null` if it has none.
 */
export interface SearchField<T> {
  readonly type: "token" | "text" | "number" | "metadata";
  readonly of: (record: T) => string | number | boolean | null | undefined;
  /** The index whose values are this field's, in lower case. */
  readonly index?: string;
}

export type SearchFields<T> = Readonly<Record<string, SearchField<T>>>;

/** Makes the test that an object has to pass, and refuses what the resource cannot be asked. */
export function matcher<T extends Entity>(query: Query, fields: SearchFields<T>): (record: T) => boolean {
  const tests = query.clauses.map((clause) => clauseTest(clause, fields));
  return (record) =>
    query.join === "and" ? tests.every((test) => test(record)) : tests.some((test) => test(record));
}

function clauseTest<T extends Entity>(clause: Clause, fields: SearchFields<T>): (record: T) => boolean {
  const { key } = clause;
  const field: SearchField<T> | undefined =
    clause.field === "metadata" && key !== undefined
      ? { type: "metadata", of: (record) => ownValue(record.metadata, key) }
      : key === undefined && Object.hasOwn(fields, clause.field)
        ? fields[clause.field]
        : undefined;
  if (field === undefined) throw unsupportedField(clause);
  const test = valueTest(clause, field.type);
  return (record) => test(field.of(record) ?? null) !== clause.negated;
}

type Value = string | number | boolean | null;

function valueTest(clause: Clause, type: SearchField<never>["type"]): (value: Value) => boolean {
  const { operator, value } = clause;
  if (value === null) return (present) => present === null || present === "";
  if (type === "number") return numberTest(clause, value);
  if (operator === "~") {
    if (type === "metadata") throw refused("metadata can only be compared as a whole");
    if (value.length < 3) throw refused(`the value of ${clause.field}~ must have at least 3 characters`);
    const part = value.toLowerCase();
    return (present) => present !== null && String(present).toLowerCase().includes(part);
  }
  if (operator !== ":") throw refused(`the field ${clause.field} cannot be compared with '${operator}'`);
  const wanted = value.toLowerCase();
  if (type !== "text") return (present) => present !== null && String(present).toLowerCase() === wanted;
  const words = splitWords(wanted);
  return (present) => present !== null && holdsInOrder(splitWords(String(present).toLowerCase()), words);
}

function numberTest(clause: Clause, value: string): (value: Value) => boolean {
  const wanted = Number(value);
  if (value.trim() === "" || Number.isNaN(wanted))
    throw refused(`the value of ${clause.field} must be a number`);
  switch (clause.operator) {
    case ":":
      return (present) => present === wanted;
    case ">":
      return (present) => typeof present === "number" && present > wanted;
    case "<":
      return (present) => typeof present === "number" && present < wanted;
    case ">=":
      return (present) => typeof present === "number" && present >= wanted;
    case "<=":
      return (present) => typeof present === "number" && present <= wanted;
    case "~":
      throw refused(`the field ${clause.field} is a number and has no parts`);
  }
}

function ownValue(
  metadata: Readonly<Record<string, string>> | null | undefined,
  key: string,
): string | undefined {
  return metadata !== null && metadata !== undefined && Object.hasOwn(metadata, key)
    ? metadata[key]
    : undefined;
}

function splitWords(text: string): readonly string[] {
  return text.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");
}

function holdsInOrder(words: readonly string[], wanted: readonly string[]): boolean {
  if (wanted.length === 0) return false;
  return words.some((_, from) => wanted.every((word, at) => words[from + at] === word));
}

function unsupportedField(clause: Clause): ApiError {
  const name = clause.key === undefined ? clause.field : `${clause.field}["${clause.key}"]`;
  return refused(`the field ${name} is not supported for searching this resource`);
}

function refused(why: string): ApiError {
  return invalid(`We were unable to run your search query: ${why}.`, "query");
}
