/**
 * Writes a map beside each bundled declaration file, so that an editor leads from a name to its source, which is packed. tsup
 * bundles the declarations that tsc has written and loses their maps. Here each name in a bundle is looked for in tsc's files,
 * whose maps say where it comes from.
 *
 *     node scripts/map-declarations.mjs
 */
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { decode, encode } from "@jridgewell/sourcemap-codec";
import ts from "typescript";

const PACKAGE = resolve(import.meta.dirname, "..");
const DIST = join(PACKAGE, "dist");
const TYPES = join(PACKAGE, ".cache/types");

/** tsc's maps by path, each read once. */
const maps = new Map();

/** tsc's declarations by name; a name may be declared in several files. */
const written = new Map();
for (const file of readdirSync(TYPES, { recursive: true, encoding: "utf8" })) {
  if (!file.endsWith(".d.ts")) continue;
  const parsed = parse(join(TYPES, file));
  for (const statement of parsed.statements) {
    for (const name of namesOf(statement)) {
      written.set(name, [...(written.get(name) ?? []), { parsed, statement }]);
    }
  }
}

for (const file of readdirSync(DIST).filter((name) => name.endsWith(".d.ts"))) {
  const bundle = parse(join(DIST, file));
  const segments = bundle.statements.flatMap((statement) => mapStatement(bundle, statement));
  const sources = [...new Set(segments.map(({ source }) => source))].sort();
  const lines = bundle.getLineStarts().map((_, line) =>
    segments
      .filter(({ at }) => at.line === line)
      .sort((a, b) => a.at.character - b.at.character)
      .map(({ at, source, line, column }) => [at.character, sources.indexOf(source), line, column]),
  );
  const map = { version: 3, file, sources, names: [], mappings: encode(lines) };
  writeFileSync(join(DIST, `${file}.map`), JSON.stringify(map));
  appendFileSync(join(DIST, file), `\n//# sourceMappingURL=${file}.map\n`);
}

/** Where each name within a statement of a bundle comes from. */
function mapStatement(bundle, statement) {
  const origin = findOrigin(statement, bundle);
  if (origin === undefined) return [];
  const positions = groupPositions(origin);
  return listNames(statement, bundle).flatMap(({ path, position }) => {
    const original = positions.get(path)?.shift();
    const source = original === undefined ? undefined : traceToSource(origin.parsed, original);
    return source === undefined ? [] : [{ at: bundle.getLineAndCharacterOfPosition(position), ...source }];
  });
}

/** The statement of tsc's that a bundle's was made from: of those that declare the name, the one with the same text. */
function findOrigin(statement, bundle) {
  const [name] = namesOf(statement);
  const candidates = written.get(name) ?? [];
  const text = normalize(statement.getText(bundle));
  return (
    candidates.find((candidate) => normalize(candidate.statement.getText(candidate.parsed)) === text) ??
    candidates[0]
  );
}

/** Without what the bundler changes: modifiers, numbers after names that would clash, and white space. */
function normalize(text) {
  return text.replaceAll(/\b(?:export|declare|default)\b|\$\d+|\s+/g, "");
}

function namesOf(statement) {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => plain(name.text));
  }
  return statement.name === undefined ? [] : [plain(statement.name.text)];
}

/** Every declared name within a node, with the names around it; overloads have the same path. */
function listNames(node, file, around = "") {
  const named = node.name?.text === undefined ? undefined : `${around}.${plain(node.name.text)}`;
  const own = named === undefined ? [] : [{ path: named, position: node.name.getStart(file) }];
  const inner = [];
  ts.forEachChild(node, (child) => {
    inner.push(...listNames(child, file, named ?? around));
  });
  return [...own, ...inner];
}

function groupPositions({ parsed, statement }) {
  const positions = new Map();
  for (const { path, position } of listNames(statement, parsed)) {
    positions.set(path, [...(positions.get(path) ?? []), position]);
  }
  return positions;
}

/** Follows tsc's own map from a position in one of its declaration files. */
function traceToSource(parsed, position) {
  const { mappings, sources } = readMap(`${parsed.fileName}.map`);
  const { line, character } = parsed.getLineAndCharacterOfPosition(position);
  const segment = mappings[line]?.findLast(([column]) => column <= character);
  if (segment === undefined || segment.length === 1) return undefined;
  const [, index, sourceLine, column] = segment;
  const source = relative(DIST, resolve(dirname(parsed.fileName), sources[index]));
  return { source, line: sourceLine, column };
}

function readMap(path) {
  const known = maps.get(path);
  if (known !== undefined) return known;
  const { mappings, sources } = JSON.parse(readFileSync(path, "utf8"));
  const map = { mappings: decode(mappings), sources };
  maps.set(path, map);
  return map;
}

function parse(path) {
  return ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
}

function plain(name) {
  return name.replace(/\$\d+$/, "");
}
