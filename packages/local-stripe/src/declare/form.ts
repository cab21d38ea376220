import { invalid } from "../api-error.js";

/** A value of a form: text, or named values. A list is named values too, with its indexes as names. */
export type FormValue = string | Form;
export interface Form {
  [name: string]: FormValue;
}

const MAX_DEPTH = 12;

/**
 * Reads `a[b][0][c]=d` as Stripe does. Names stand in objects without a prototype, so `__proto__` is a name like any
 * other; a list is written with `[]` or with indexes, which give an order and need not be without gaps.
 */
export function decodeForm(text: string): Form {
  const root: Branch = new Map();
  for (const pair of text.split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = decode(equals === -1 ? pair : pair.slice(0, equals));
    place(root, parseName(name), equals === -1 ? "" : decode(pair.slice(equals + 1)), name);
  }
  return toForm(root);
}

type Branch = Map<string, string | Branch>;

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw invalid("Invalid request: the form data is not valid percent-encoded UTF-8.");
  }
}

/** `a[b][]` is `a`, `b` and an empty name, which means the next place of a list. */
function parseName(name: string): readonly string[] {
  const open = name.indexOf("[");
  if (open <= 0 || !name.endsWith("]")) return [name];
  const path = [name.slice(0, open), ...name.slice(open + 1, -1).split("][")];
  if (path.length > MAX_DEPTH) throw invalid(`Invalid request: ${path[0]} is nested too deeply.`);
  return path;
}

function place(root: Branch, path: readonly string[], value: string, name: string): void {
  let branch = root;
  for (const [depth, written] of path.entries()) {
    const part = written === "" && depth > 0 ? nextIndex(branch, path.slice(depth + 1)) : written;
    if (depth === path.length - 1) {
      branch.set(part, value);
      return;
    }
    const next = branch.get(part) ?? new Map();
    if (typeof next === "string") throw invalid(`Invalid request: ${name} is given both a value and parts.`);
    branch.set(part, next);
    branch = next;
  }
}

/** `a[][b]=1&a[][c]=2` is one element with two parts; a part that is there already begins the next element. */
function nextIndex(branch: Branch, rest: readonly string[]): string {
  const last = branch.size - 1;
  const open = branch.get(String(last));
  const first = rest[0];
  if (open instanceof Map && first !== undefined && first !== "" && !holds(open, rest)) return String(last);
  return String(branch.size);
}

function holds(branch: Branch, path: readonly string[]): boolean {
  let value: string | Branch | undefined = branch;
  for (const part of path) {
    if (!(value instanceof Map)) return value !== undefined;
    value = value.get(part);
  }
  return value !== undefined;
}

function toForm(branch: Branch): Form {
  const form: Form = Object.create(null);
  for (const [name, value] of branch) form[name] = typeof value === "string" ? value : toForm(value);
  return form;
}

/** The elements of a list in the order of their indexes; `undefined` when the names are not all indexes. */
export function toElements(form: Form): FormValue[] | undefined {
  const entries = Object.entries(form);
  if (!entries.every(([name]) => /^(0|[1-9]\d{0,4})$/.test(name))) return undefined;
  return entries.sort(([one], [other]) => Number(one) - Number(other)).map(([, value]) => value);
}
