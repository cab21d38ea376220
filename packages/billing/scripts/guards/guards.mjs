import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { unknownNames } from "./names.mjs";
import { OPERATORS } from "./operators.mjs";
import { REPLACEMENTS } from "./replacements.mjs";
import { tagsIn } from "./tags.mjs";

/** @typedef {import("./guards.d.mts").Guard} Guard */

/** @type {(source: string) => { guards: Guard[], problems: string[] }} */
export function guardsIn(directory) {
  const files = readdirSync(directory, { encoding: "utf8", recursive: true }).filter((file) =>
    file.endsWith(".ts"),
  );
  const found = files.sort().map((file) => guardsInText(file, readFileSync(join(directory, file), "utf8")));
  const guards = found.flatMap((one) => one.guards);
  const described = new Set(guards.map((one) => one.guard));
  const unused = Object.keys(REPLACEMENTS).filter((one) => !described.has(one));
  return {
    guards,
    problems: [...found.flatMap((one) => one.problems), ...unused.map((one) => `No tag in src says: ${one}`)],
  };
}

/** @type {(file: string, text: string) => { guards: Guard[], problems: string[] }} */
export function guardsInText(file, text) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const guards = [];
  const problems = [];
  for (const tag of tagsIn(source)) {
    const made = withoutGuard(tag, source);
    if ("problem" in made) problems.push(`${file}:${tag.line}: ${made.problem}`);
    else if (guards.some((one) => one.guard === tag.description))
      problems.push(`${file}:${tag.line}: two tags of the file say: ${tag.description}`);
    else guards.push({ file, line: tag.line, guard: tag.description, without: made.without });
  }
  return { guards, problems };
}

function withoutGuard({ description, operator, rest, node }, source) {
  if (description === "") return { problem: "a tag is // guard: text, or // guard (operator): text" };
  if (!Object.hasOwn(OPERATORS, operator)) return { problem: `there is no operator "${operator}"` };
  const code = rest === "table" ? REPLACEMENTS[description] : rest;
  if (code === undefined) return { problem: `replacements.mjs has nothing for "${description}"` };
  const edit = node && OPERATORS[operator](node, code);
  if (edit === undefined) return { problem: `there is nothing for "${operator} ${rest}" to change` };
  const [unknown] = CODE.has(operator) ? unknownNames(code, source) : [];
  if (unknown !== undefined) return { problem: `the file knows no "${unknown}"` };
  return { without: source.text.slice(0, edit.start) + edit.text + source.text.slice(edit.end) };
}

/** The operators that are followed by code. */
const CODE = new Set(["as", "if", "text", "pattern"]);
