import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";

export const REPOSITORY = resolve(import.meta.dirname, "../../../..");

/** A piece of code that the documentation shows. */
export interface Block {
  /** Where it stands, as `README.md:17`. */
  readonly place: string;
  /** Its file's name without the ending, such as `README-md-17`. */
  readonly name: string;
  readonly extension: "ts" | "tsx";
  readonly code: string;
}

/** Whole files of an application, which the named test runs together. */
const RUN_ELSEWHERE: Readonly<Record<string, string>> = {
  "packages/billing/docs/applications.md": "runtimes/applications.test.ts",
  "packages/billing/docs/hand-on.md": "webhooks/hand-on/documented.test.ts",
  "packages/billing/docs/jest.md": "runtimes/jest.ts",
  "packages/billing/docs/nextjs.md": "runtimes/next-application.ts",
  "packages/billing/docs/webhook-routes.md": "runtimes/frameworks.test.ts",
};

/** Finds every `ts` and `tsx` block of the READMEs and the guide, and every `@example` of the packages' sources. */
export function findBlocks(): readonly Block[] {
  const sources = ["billing", "local-stripe"].flatMap((name) => listSources(name));
  return [
    ...listPages().flatMap((file) => findIn(file, FENCED).filter((block) => !isRunElsewhere(file, block))),
    ...sources.flatMap((file) => findIn(file, EXAMPLE)),
  ];
}

/** Names every page that was written by hand: the READMEs, and what is in a package's `docs` but for `docs/api`. */
export function listPages(): readonly string[] {
  const packages = readdirSync(join(REPOSITORY, "packages")).map((name) =>
    join(REPOSITORY, "packages", name),
  );
  const readmes = [REPOSITORY, ...packages].map((directory) => join(directory, "README.md"));
  const guides = packages.map((directory) => join(directory, "docs")).filter((docs) => existsSync(docs));
  const pages = guides.flatMap((docs) =>
    readdirSync(docs, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".md") && !file.startsWith("api/"))
      .sort()
      .map((file) => join(docs, file)),
  );
  return [...readmes.filter((file) => existsSync(file)), ...pages];
}

function isRunElsewhere(file: string, { code }: Block): boolean {
  return relative(REPOSITORY, file) in RUN_ELSEWHERE && /^\/\/ \S+\.tsx?\n/.test(code);
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
