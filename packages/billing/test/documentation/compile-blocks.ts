import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import type { Block } from "./blocks.js";

/** Inside the package, so that imports are resolved as they are for someone who has installed it. */
const DIRECTORY = resolve(import.meta.dirname, "../../.cache/documentation");
const COMPILER = join(
  dirname(createRequire(import.meta.url).resolve("typescript-7/package.json")),
  "bin/tsc",
);
const COMPANIONS = ["prelude.ts", "run-blocks.ts"];

/** What an application's compiler is told; everything else is TypeScript's default. */
const APPLICATION = {
  strict: true,
  target: "es2022",
  lib: ["es2023", "dom", "dom.iterable"],
  module: "nodenext",
  moduleDetection: "force",
  jsx: "react-jsx",
  jsxImportSource: "hono/jsx",
  types: ["node"],
  skipLibCheck: true,
};

export interface CompiledBlocks {
  /** Holds each block as `<name>.js`, beside `prelude.js` and `run-blocks.js`. */
  readonly directory: string;
  /** What the compiler says of a block, by the block's name, under either set of options. */
  readonly problems: ReadonlyMap<string, readonly string[]>;
}

/** Writes the blocks to files of their own and compiles all of them as one program, once for each set of options. */
export async function compileBlocks(blocks: readonly Block[]): Promise<CompiledBlocks> {
  rmSync(DIRECTORY, { recursive: true, force: true });
  mkdirSync(DIRECTORY, { recursive: true });
  for (const { name, extension, code } of blocks)
    writeFileSync(join(DIRECTORY, `${name}.${extension}`), code);
  for (const name of COMPANIONS) copyFileSync(join(import.meta.dirname, name), join(DIRECTORY, name));
  writeFileSync(join(DIRECTORY, "globals.ts"), declareGlobals());

  const outputs = await Promise.all([
    compile("strict", { ...APPLICATION, noEmit: true }),
    compile("exact", { ...APPLICATION, exactOptionalPropertyTypes: true }),
  ]);
  return { directory: DIRECTORY, problems: readProblems(outputs.join("\n")) };
}

/** Makes every export of the prelude a global, by its own type: a block names it without an import. */
function declareGlobals(): string {
  const prelude = readFileSync(join(import.meta.dirname, "prelude.ts"), "utf8");
  const names = [...prelude.matchAll(/^export (?:const|(?:async )?function) (\w+)/gm)].map(
    ([, name]) => name,
  );
  const globals = names.map((name) => `  const ${name}: typeof import("./prelude.js").${name};`);
  return `declare global {\n${globals.join("\n")}\n}\n`;
}

/** Returns what the compiler prints: nothing, or a line for each mistake with indented lines below it. */
function compile(name: string, compilerOptions: object): Promise<string> {
  const project = join(DIRECTORY, `tsconfig.${name}.json`);
  writeFileSync(project, JSON.stringify({ compilerOptions, include: ["*.ts", "*.tsx"] }));
  const command = [COMPILER, "--project", project, "--pretty", "false"];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, command, { cwd: DIRECTORY }, (error, stdout, stderr) => {
      if (error !== null && stdout === "") reject(new Error(stderr, { cause: error }));
      else resolve(stdout);
    });
  });
}

function readProblems(output: string): ReadonlyMap<string, readonly string[]> {
  const problems = new Map<string, string[]>();
  for (const problem of output.split(/\n(?! )/).filter((text) => text !== "")) {
    const name = /^([^(]+)\.tsx?\(/.exec(problem)?.[1] ?? "";
    problems.set(name, [...new Set([...(problems.get(name) ?? []), problem])]);
  }
  return problems;
}
