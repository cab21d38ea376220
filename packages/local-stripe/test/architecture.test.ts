import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const SRC = resolve(import.meta.dirname, "../src");

/** The floors of the house, lowest first. A room may import from its own floor's room and from the floors below it. */
const FLOORS: readonly (readonly string[])[] = [
  ["assert-node.ts", "ids.ts", "clock.ts", "api-error.ts", "suggest-name.ts"],
  ["check-options.ts"],
  ["store"],
  ["search", "due-failures.ts"],
  ["declare"],
  ["billing/catalog", "billing/customers"],
  ["billing/discounts"],
  ["billing/payments"],
  ["billing/invoices"],
  ["billing/usage", "billing/phases"],
  ["billing/subscriptions"],
  ["billing/schedules"],
  ["billing/upcoming"],
  ["billing/lifecycle"],
  ["checkout", "portal"],
  ["resources"],
  ["webhooks"],
  ["http"],
  ["hosted"],
  ["hosted/portal"],
  ["hosted/pages.tsx"],
  ["options.ts"],
  ["local-stripe.ts"],
  ["cli"],
  ["index.ts", "cli.ts"],
];

interface Import {
  readonly from: string;
  readonly to: string;
}

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((file) => /\.tsx?$/.test(file))
  .sort();
const imports = files.flatMap(findImports);

describe("the rooms of local-stripe", () => {
  it("all stand on a floor", () => {
    expect(files.filter((file) => findFloor(file) === undefined)).toEqual([]);
  });

  it("import from their own room and from lower floors, types included", () => {
    const upwards = imports.filter(
      ({ from, to }) => findRoom(from) !== findRoom(to) && !((findFloor(to) ?? 0) < (findFloor(from) ?? 0)),
    );
    expect(upwards).toEqual([]);
    expect(imports.length).toBeGreaterThan(500);
  });

  it("hold no files that import each other, directly or in a circle", () => {
    expect(findCircle()).toBeUndefined();
  });
});

function findImports(file: string): Import[] {
  const text = readFileSync(join(SRC, file), "utf8");
  return [...text.matchAll(/\bfrom "(\.[^"]+)"|\bimport(?:\()? ?"(\.[^"]+)"/g)].map(([, named, bare]) => ({
    from: file,
    to: findSource(relative(SRC, resolve(SRC, dirname(file), named ?? bare ?? ""))),
  }));
}

function findSource(emitted: string): string {
  const [script, markup] = [emitted.replace(/\.js$/, ".ts"), emitted.replace(/\.js$/, ".tsx")];
  return files.includes(markup) ? markup : script;
}

/** The longest name on a floor that the file's path begins with. */
function findRoom(file: string): string | undefined {
  return FLOORS.flat()
    .filter((room) => file === room || file.startsWith(`${room}/`))
    .sort((one, other) => other.length - one.length)[0];
}

function findFloor(file: string): number | undefined {
  const room = findRoom(file);
  const floor = FLOORS.findIndex((rooms) => room !== undefined && rooms.includes(room));
  return floor === -1 ? undefined : floor;
}

/** Follows imports depth first: a file that is met again on its own path closes a circle. */
function findCircle(): readonly string[] | undefined {
  const done = new Set<string>();
  const follow = (file: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const { from, to } of imports) {
      const circle = from === file ? follow(to, [...path, file]) : undefined;
      if (circle !== undefined) return circle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of files) {
    const circle = follow(file, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}
