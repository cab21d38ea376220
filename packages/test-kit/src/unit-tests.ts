import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** An import that runs code; a type is gone before anything runs. */
const IMPORT = /^(?:import|export)\s(?!type\b)[^;]*?from "([^"]+)";/gm;

/** What brings a server, another process or a compiler with it. */
const HEAVY = /^(?:@repo\/|node:child_process$|typescript$)/;

/** Lists the tests of a package that start no server, process or compiler, however far the imports of its tests lead. */
export function unitTests(packageRoot: string): string[] {
  const tests = resolve(packageRoot, "test");
  return readdirSync(tests, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts") && isLight(join(tests, file), tests, new Set()))
    .map((file) => `test/${file}`);
}

function isLight(file: string, tests: string, seen: Set<string>): boolean {
  if (seen.has(file)) return true;
  seen.add(file);
  const imported = [...readFileSync(file, "utf8").matchAll(IMPORT)].map(([, specifier = ""]) => specifier);
  return imported.every((specifier) => {
    if (HEAVY.test(specifier)) return false;
    const target = resolve(dirname(file), specifier.replace(/\.js$/, ".ts"));
    return !target.startsWith(`${tests}/`) || !existsSync(target) || isLight(target, tests, seen);
  });
}
