import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";

const REPOSITORY = resolve(import.meta.dirname, "../../../..");

/** A piece of code that the documentation shows. */
export interface Block {
  /** Where it stands, as `README.md:17`. */
  readonly place: string;
  /** Its file's name without the ending, such as `README-md-17`. */
  readonly name: string;
  readonly extension: "ts" | "tsx";
  readonly code: string;
}

/** Finds every `ts` and `tsx` block of the READMEs, and every `@example` of the public packages' sources. */
export function findBlocks(): readonly Block[] {
  const packages = readdirSync(join(REPOSITORY, "packages")).map((name) =>
    join(REPOSITORY, "packages", name),
  );
  const readmes = [REPOSITORY, ...packages].map((directory) => join(directory, "README.md"));
  const sources = ["billing", "local-stripe"].flatMap((name) => listSources(name));
  return [
    ...readmes.filter((file) => existsSync(file)).flatMap((file) => findIn(file, FENCED)),
    ...sources.flatMap((file) => findIn(file, EXAMPLE)),
  ];
}

const FENCED = /^```(?<kind>tsx?)\n(?<code>.*?)^```$/gms;

/** Ends at the comment's next tag, or with the comment. */
const EXAMPLE = /^ *\* @example\n(?<code>.*?)(?=^ *\*\/|^ *\* @)/gms;

function listSources(packageName: string): readonly string[] {
  const source = join(REPOSITORY, "packages", packageName, "src");
  return readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.tsx?$/.test(file))
    .sort()
    .map((file) => join(source, file));
}

function findIn(file: string, pattern: RegExp): readonly Block[] {
  const text = readFileSync(file, "utf8");
  const path = relative(REPOSITORY, file);
  return [...text.matchAll(pattern)].map(({ groups, index }) => {
    // The code begins on the line after the one that the match begins on.
    const line = text.slice(0, index).split("\n").length + 1;
    const code = groups?.["code"] ?? "";
    return {
      place: `${path}:${line}`,
      name: `${path.replaceAll(/\W+/g, "-")}-${line}`,
      extension: groups?.["kind"] === "tsx" ? "tsx" : "ts",
      code: pattern === EXAMPLE ? code.replaceAll(/^ *\* ?/gm, "") : code,
    };
  });
}
